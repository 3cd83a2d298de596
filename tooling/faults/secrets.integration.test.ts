import { randomBytes } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { usePostgres } from '@holdfast/lab'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { canariesIn, canary } from './canaries.ts'
import { type Exposure, exposureDuring } from './exposure.ts'
import type { Outcome } from './holdfast.ts'
import { watch } from './moments.ts'
import { backupsIn } from './stored.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

// Each is somewhere where a secret may be; none of them may turn up anywhere else.
const [password, wrong, token, secret] = [canary(), canary(), canary(), canary()]
const awkward = `${password}@:/%#`
const role = `secrets_${randomBytes(4).toString('hex')}`

const superuser = usePostgres(inject('postgresUrl'))
const server = new URL(inject('postgresUrl'))

let place: Workplace
let database: string
let variables: Record<string, string>
const exposures: Exposure[] = []
const outputs: { what: string; text: string }[] = []

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'secrets')
  await fill(place.database, { megabytes: 5 })
  await superuser.psql(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD '${awkward}'`)
  database = place.database.name
  variables = { APP_SECRET: secret, CI_TOKEN: token }
})

afterAll(async () => {
  await place.remove()
  await superuser.psql(`DROP ROLE ${role}`)
})

function url(secretPart: string, { host = '127.0.0.1', name = database } = {}): string {
  return `postgresql://${role}:${encodeURIComponent(secretPart)}@${host}:${server.port}/${name}`
}

/** Runs a command while it is watched, and keeps what it said. */
async function watched(
  args: readonly string[],
  environment: Record<string, string> = {},
  { meanwhile }: { meanwhile?: (running: ReturnType<Workplace['start']>) => Promise<void> } = {},
): Promise<Outcome> {
  const running = place.start(args, { ...variables, ...environment })
  const ownCommandLine = !args.some((argument) => argument.includes('kanari'))
  const { pid, outcome } = running
  const [ended, exposure] = await Promise.all([
    outcome,
    exposureDuring({ pid, temporary: place.temporary, ownCommandLine }, outcome),
    meanwhile?.(running),
  ])
  exposures.push(exposure)
  outputs.push({ what: args.join(' '), text: ended.stdout + ended.stderr })
  return ended
}

const configured = (database_: string): object => ({
  jobs: { shop: { database: database_, storages: [{ use: 'local', options: { path: 'backups' } }] } },
})

/** Everything that may not be in a text and is. */
function hits(text: string): string[] {
  return canariesIn(text, [password, wrong, token, secret])
}

describe('in runs that go well', () => {
  it('that write a configuration', async () => {
    expect((await watched(['init'], { DATABASE_URL: url(awkward) })).exitCode).toBe(0)
    const path = join(place.directory, 'holdfast.config.yaml')
    const text = await readFile(path, 'utf8')
    await rm(path)
    expect(text).toContain('${DATABASE_URL}')
    expect(hits(text)).toEqual([])
  })

  it('with the password in DATABASE_URL', async () => {
    const { exitCode } = await watched(['backup', '--json'], { DATABASE_URL: url(awkward) })
    expect(exitCode).toBe(0)
  })

  it('with the password in PGPASSWORD', async () => {
    const environment = {
      DATABASE_URL: '',
      PGHOST: '127.0.0.1',
      PGPORT: server.port,
      PGUSER: role,
      PGDATABASE: database,
      PGPASSWORD: awkward,
    }
    expect((await watched(['backup'], environment)).exitCode).toBe(0)
    expect((await watched(['doctor'], environment)).exitCode).toBe(0)
  })

  it('with the password in a file that the configuration names, and a token in a label', async () => {
    await writeFile(join(place.directory, 'password.txt'), `${encodeURIComponent(awkward)}\n`)
    const address = `postgresql://${role}:\${file:password.txt}@127.0.0.1:${server.port}/${database}`
    const config = configured(address) as { jobs: { shop: object } }
    Object.assign(config.jobs.shop, { labels: { build: 'with ${CI_TOKEN}' } })
    await place.configure(config)
    expect((await watched(['backup', '--json'])).exitCode).toBe(0)
    expect((await watched(['doctor'])).exitCode).toBe(0)
  })

  it('for all who read', async () => {
    for (const args of [
      ['list', '--json'],
      ['list'],
      ['show', 'shop@latest'],
      ['verify', 'shop@latest', '--json'],
    ]) {
      expect((await watched(args)).exitCode).toBe(0)
    }
  })

  it('into a restored database, with the password in the argument', async () => {
    const name = `${database}_copy`
    const args = ['restore', 'shop@latest', '--create-database', '--to', url(awkward, { name })]
    const { exitCode } = await watched(args)
    await superuser.psql(`DROP DATABASE ${name}`)
    expect(exitCode).toBe(0)
  })
})

describe('in runs that fail', () => {
  const broken = [
    `postgresql://${role}:${wrong}@127.0.0.1:notaport/shop`,
    `postgresql://${role}:${wrong}%zz@127.0.0.1/shop`,
    `postgresql://${role}:a${wrong}@b${wrong}@127.0.0.1:1/shop`,
    `postgresql://${role}:/${wrong}#x@127.0.0.1/shop`,
    `postgres//${role}:${wrong}@127.0.0.1/shop`,
    `mysql://${role}:${wrong}@127.0.0.1/shop`,
    `host=127.0.0.1 password=${wrong} bogus=1`,
    `host=127.0.0.1 password='${wrong} dbname=shop`,
    `password = ${wrong}`,
    `postgresql://127.0.0.1/shop?user=${role}&password=${wrong}&port=nothing`,
  ]

  it.each(broken.map((text) => [text.replaceAll(wrong, '…'), text]))(
    'with the address %s',
    async (_, text) => {
      const { exitCode } = await watched(['backup', '--to', place.backups, '--json'], { DATABASE_URL: text })
      expect([2, 3]).toContain(exitCode)
      await place.configure(configured(text))
      expect([2, 3]).toContain((await watched(['backup'])).exitCode)
    },
  )

  it('with a wrong password and an unknown host', async () => {
    const backup = ['backup', '--to', place.backups]
    expect((await watched(backup, { DATABASE_URL: url(wrong) })).exitCode).toBe(3)
    const nowhere = url(wrong, { host: 'no-such-host.invalid' })
    expect((await watched([...backup, '--json'], { DATABASE_URL: nowhere })).exitCode).toBe(3)
    expect((await watched([...backup, '--database', url(wrong)])).exitCode).toBe(3)
  })

  it('when the connection is cut', async () => {
    const cut = async (running: ReturnType<Workplace['start']>): Promise<void> => {
      await watch(place, running).reach('snapshot')
      await place.database.psql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'holdfast:%'`)
    }
    const backup = ['backup', '--to', place.backups, '--json']
    const { exitCode } = await watched(backup, { DATABASE_URL: url(awkward) }, { meanwhile: cut })
    expect(exitCode).toBe(3)
  })

  it('when a restore is refused', async () => {
    const restore = ['restore', 'shop@latest', '--from', place.backups, '--to']
    expect((await watched([...restore, url(awkward)])).exitCode).toBe(3)
    expect((await watched([...restore, url(wrong)])).exitCode).toBe(3)
    expect((await watched([...restore, url(awkward, { name: 'no_such_database' })])).exitCode).toBe(3)
  })
})

describe('no secret', () => {
  it('is in a command line', () => {
    const lines = exposures.flatMap(({ commandLines }) => [...commandLines])
    expect(lines.filter((line) => hits(line).length > 0)).toEqual([])
    const programs = new Set(exposures.flatMap((exposure) => [...exposure.programs]))
    expect([...programs]).toEqual(expect.arrayContaining(['psql', 'pg_dump', 'pg_dumpall', 'pg_restore']))
  })

  it('of the database is in the environment of a child', () => {
    // Before a child becomes the program that it is to be, it is a copy of its parent.
    const environments = exposures
      .flatMap((exposure) => [...exposure.environments])
      .filter((text) => text.includes('PGAPPNAME=holdfast:'))
    expect(environments.length).toBeGreaterThan(10)
    const exposed = environments.filter((text) => text.includes(password) || text.includes(wrong))
    expect(exposed).toHaveLength(0)
  })

  it('is in any output', () => {
    expect(outputs.length).toBeGreaterThan(20)
    expect(outputs.filter(({ text }) => hits(text).length > 0).map(({ what }) => what)).toEqual([])
  })

  it('is in any stored object, as it is stored or decoded', async () => {
    const files = (await place.files()).filter((file) => !file.includes('.partial'))
    expect(files.filter((file) => file.endsWith('.manifest.json'))).toHaveLength(3)
    expect(files.filter((file) => file.endsWith('.report.json')).length).toBeGreaterThan(3)
    const found: string[] = []
    for (const file of files) {
      if (hits(await readFile(join(place.backups, file), 'latin1')).length > 0) found.push(file)
    }
    for (const { id } of await backupsIn(place.backups)) {
      for (const part of [[], ['--globals']]) {
        const get = ['get', id, '--from', place.backups, '--decode', '--output', '-', ...part]
        const { exitCode, stdout } = await place.run(get)
        if (exitCode !== 0 || stdout === '' || hits(stdout).length > 0) found.push(get.join(' '))
      }
    }
    expect(found).toEqual([])
  })

  it('is in a temporary file that others may read', () => {
    const modes = exposures.flatMap((exposure) => [...exposure.modes])
    expect(modes.filter(([, { isDirectory }]) => !isDirectory).length).toBeGreaterThan(2)
    const open = modes.filter(([, { mode, isDirectory }]) => mode !== (isDirectory ? 0o700 : 0o600))
    expect(open).toEqual([])
  })

  it('is in a backup that others may read', async () => {
    for (const file of await place.files()) {
      expect((await stat(join(place.backups, file))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(place.backups)).mode & 0o777).toBe(0o700)
  })
})
