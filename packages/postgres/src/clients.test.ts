import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseClient, type Client, clientWarnings, findClients, newestClient } from './clients.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-clients-'))
})
afterAll(() => rm(root, { recursive: true }))

function client(version: string, directory = `/clients/${version}`): Client {
  const major = Number.parseInt(version, 10)
  return { version, major, directory, psql: '', pgDump: '', pgRestore: '', pgDumpall: '' }
}

async function install(directory: string, version: string, programs = ['psql', 'pg_restore', 'pg_dumpall']) {
  await mkdir(directory, { recursive: true })
  for (const program of ['pg_dump', ...programs]) {
    const path = join(directory, program)
    await writeFile(path, `#!/bin/sh\necho "pg_dump (PostgreSQL) ${version} (Something 1-2)"\n`)
    await chmod(path, 0o755)
  }
}

describe('findClients', () => {
  it('finds what PATH leads to, once each, and not the wrapper of Debian', async () => {
    await install(join(root, 'opt/17/bin'), '17.10')
    await install(join(root, 'half'), '18.1', ['psql'])
    await mkdir(join(root, 'links'))
    for (const program of ['pg_dump', 'psql']) {
      await symlink(join(root, 'opt/17/bin', program), join(root, 'links', program))
    }
    await mkdir(join(root, 'wrapped'))
    await install(join(root, 'wrapper'), '99.1')
    await writeFile(join(root, 'wrapper/pg_wrapper'), '#!/bin/sh\necho "pg_dump (PostgreSQL) 99.1"\n', {
      mode: 0o755,
    })
    for (const program of ['pg_dump', 'psql', 'pg_restore', 'pg_dumpall']) {
      await symlink(join(root, 'wrapper/pg_wrapper'), join(root, 'wrapped', program))
    }
    const path = ['links', 'opt/17/bin', 'half', 'wrapped', 'nowhere']
      .map((name) => join(root, name))
      .join(':')
    const found = await findClients({ PATH: path })
    expect(found.filter(({ directory }) => directory.startsWith(root))).toEqual([
      {
        version: '17.10',
        major: 17,
        directory: join(root, 'opt/17/bin'),
        psql: join(root, 'opt/17/bin/psql'),
        pgDump: join(root, 'opt/17/bin/pg_dump'),
        pgRestore: join(root, 'opt/17/bin/pg_restore'),
        pgDumpall: join(root, 'opt/17/bin/pg_dumpall'),
      },
    ])
  })

  it('takes HOLDFAST_POSTGRES_BIN instead of searching', async () => {
    await install(join(root, 'own'), '16beta1')
    const own = { PATH: process.env['PATH'], HOLDFAST_POSTGRES_BIN: join(root, 'own') }
    expect((await findClients(own)).map(({ version }) => version)).toEqual(['16'])
    expect(await findClients({ HOLDFAST_POSTGRES_BIN: join(root, 'nowhere') })).toEqual([])
  })
})

describe('chooseClient', () => {
  const installed = [client('18.6'), client('16.14'), client('15.18'), client('16.3'), client('13.23')]

  it.for([
    [16, '16.14'],
    [15, '15.18'],
    [14, '15.18'],
    [17, '18.6'],
    [10, '13.23'],
  ] as const)('for a server of version %i is %s', ([major, version]) => {
    expect(chooseClient(installed, { version: `${major}.1`, major }).version).toBe(version)
  })

  it('names both versions and the package when every client is too old', () => {
    const choose = () => chooseClient([client('15.18'), client('13.23')], { version: '17.2', major: 17 })
    expect(choose).toThrow(/17\.2.*15\.18/)
    expect(choose).toThrow(
      expect.objectContaining({
        code: 'DATABASE_CLIENT_TOO_OLD',
        hint: expect.stringContaining('postgresql-client-17') as string,
      }),
    )
  })

  it('says what to install when there is none', () => {
    const missing = expect.objectContaining({ code: 'DATABASE_CLIENT_MISSING' }) as Error
    expect(() => chooseClient([], { version: '17.2', major: 17 })).toThrow(missing)
    expect(() => newestClient([])).toThrow(missing)
    expect(newestClient(installed).version).toBe('18.6')
  })
})

describe('clientWarnings', () => {
  it.for([
    ['15.17', 'custom', 1],
    ['15.18', 'custom', 0],
    ['15.18', 'plain', 1],
    ['15.19', 'plain', 0],
    ['18.3', 'plain', 2],
    ['18.6', 'plain', 0],
    ['12.22', 'custom', 1],
    ['19.0', 'plain', 0],
  ] as const)('%s with %s: %i', ([version, format, count]) => {
    expect(clientWarnings(client(version), format)).toHaveLength(count)
  })
})
