import { glob } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isLeftOut, presenceOf, startPostgres, type PostgresServer, type TestDatabase } from '@holdfast/lab'
import type { Manifest } from '@holdfast/plugin'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { createProject, readRepositoryFile, type Project } from './project.ts'
import { createSample } from './sample.ts'
import { type Snippet, snippetsOf } from './snippets.ts'

const snippets = snippetsOf(await readRepositoryFile('docs/restore-by-hand.md'))
const [settings, ...commands] = snippets.filter(({ language }) => language === 'sh')

const isZstdLeftOut = isLeftOut('restoring by hand what zstd compressed', presenceOf('zstd'))
const isGzipLeftOut = isLeftOut('restoring by hand what gzip compressed', presenceOf('gzip'))
const isAgeLeftOut = isLeftOut('restoring by hand what age encrypted', presenceOf('age'))

/** Where pg_restore stops reading early, as the page says. */
const stopsEarly = ['Look inside', 'One table']
const restoresAll = ['Restore it', 'Restore it faster', 'A plain dump', 'An encrypted dump']
const needsAge = ['An encrypted dump', 'A signed manifest']

let source: TestDatabase
let project: Project
let target: PostgresServer
let rows: string
let recipient: string
let publicKey: string
let runs = 0

beforeAll(async () => {
  // The other machine, on which Holdfast is not installed.
  target = await startPostgres()
  source = await createSample(inject('postgresUrl'), 'by_hand')
  project = await createProject(target.binDirectory)
  rows = await source.psql(countPayments)
  recipient = (await project.run('holdfast keygen key.txt')).stdout.trim()
  publicKey = (await project.run('holdfast keygen --signing sign.pem')).stdout.trim()
})

afterAll(async () => {
  await Promise.all([project.remove(), source.drop(), target.stop()])
})

beforeEach(async () => {
  await target.psql('DROP DATABASE IF EXISTS shop_restored WITH (FORCE)')
})

describe.skipIf(isZstdLeftOut || isAgeLeftOut)('docs/restore-by-hand.md', () => {
  const backups = { custom: '', plain: '', encrypted: '' }

  beforeAll(async () => {
    backups.custom = await backUp('custom', 'zstd')
    backups.plain = await backUp('plain', 'zstd')
    backups.encrypted = await backUp('custom', 'zstd', {
      encryption: { recipients: [recipient] },
      signing: { keyFile: 'sign.pem', publicKeys: [publicKey] },
    })
  })

  it('begins with the settings of its reader', () => {
    const names = [...(settings?.text ?? '').matchAll(/^(\w+)=/gm)].map(([, name]) => name)
    expect(names).toEqual(['BACKUP', 'SERVER', 'TARGET', 'IDENTITY', 'PUBLIC_KEY'])
    expect(commands.map(({ heading }) => heading)).toEqual(
      expect.arrayContaining([...stopsEarly, ...restoresAll, ...needsAge]),
    )
  })

  it.each(commands.filter(({ heading }) => !restoresAll.includes(heading)))(
    'does what it says under "$heading"',
    async (snippet) => {
      const early = stopsEarly.includes(snippet.heading)
      expect(await errorsOf({ ...snippet, before: early ? 'set +o pipefail' : '' })).toEqual([])
    },
  )

  it.each(restoresAll)('brings every row back under "%s"', async (heading) => {
    expect(await errorsOf(under(heading))).toEqual([])
    expect(await target.psql(countPayments, 'shop_restored')).toBe(rows)
  })

  it('finds a damaged dump', async () => {
    const damage = `cp -r . ../damaged; cd ../damaged; printf x >> $BACKUP.dump.zst`
    const { exitCode, stdout } = await follow({
      ...under('Check that it is what was stored'),
      before: damage,
    })
    expect(exitCode).toBe(1)
    expect(stdout).toContain('FAILED')
  })

  it('finds a changed manifest, and a dump that is another', async () => {
    const copy = 'rm -rf ../changed; cp -r . ../changed; cd ../changed'
    for (const damage of ['printf x >> $BACKUP.manifest.json', 'printf x >> $BACKUP.dump.zst.age']) {
      const { exitCode } = await follow({ ...under('A signed manifest'), before: `${copy}; ${damage}` })
      expect(exitCode).toBe(1)
    }
  })

  it('reads with Holdfast what age wrote', async () => {
    const { directory } = project
    const name = basename(backups.encrypted, '.manifest.json')
    const job = backups.encrypted.split('/').slice(0, 2).join('/')
    const { exitCode, stdout, stderr } = await project.run(`
      mkdir theirs; cp -r ${job} theirs; cd ${dirname(backups.encrypted).replace('backups', 'theirs')}
      age -d -i ${directory}/key.txt ${name}.dump.zst.age > dump.zst
      age -r ${recipient} -o ${name}.dump.zst.age dump.zst
      was=$(head -n 1 ${name}.dump.zst.age.sha256 | cut -d ' ' -f 1)
      sed -i "s/$was/$(sha256sum < ${name}.dump.zst.age | cut -d ' ' -f 1)/" ${name}.manifest.json
      rm dump.zst ${name}.verdict-*
      holdfast verify ${name} --from ${directory}/theirs --identity ${directory}/key.txt --json`)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('"name":"decode","status":"passed"')
  })

  async function errorsOf(commandsOfPage: Snippet & { before?: string }): Promise<string[]> {
    const { exitCode, stderr } = await follow(commandsOfPage)
    const errors = stderr
      .split('\n')
      .filter((line) => /error/i.test(line) && !/role .* already exists/.test(line))
    return exitCode === 0 ? errors : [...errors, `exit code ${exitCode}`]
  }

  function follow({ heading, text, before = '' }: Snippet & { before?: string }) {
    const plain = heading === 'A plain dump' ? backups.plain : backups.custom
    const manifest = needsAge.includes(heading) ? backups.encrypted : plain
    const environment = {
      BACKUP: basename(manifest, '.manifest.json'),
      SERVER: target.url(),
      TARGET: target.url('shop_restored'),
      IDENTITY: join(project.directory, 'key.txt'),
      PUBLIC_KEY: join(project.directory, 'sign.pub.pem'),
    }
    return project.run(`cd ${dirname(manifest)}\n${before}\n${text}`, environment)
  }
})

describe('the line in the manifest', () => {
  const isLeftOutFor = { zstd: isZstdLeftOut, gzip: isGzipLeftOut, none: false }
  // Each reader with one restorer, and the other way round.
  for (const [format, compression, encrypted] of [
    ['custom', 'zstd'],
    ['custom', 'gzip'],
    ['custom', 'none'],
    ['plain', 'zstd'],
    ['custom', 'zstd', 'encrypted'],
    ['plain', 'none', 'encrypted'],
  ] as const) {
    it.skipIf(isLeftOutFor[compression] || (encrypted !== undefined && isAgeLeftOut))(
      `restores a ${format} dump with ${compression}${encrypted === undefined ? '' : ', encrypted'}`,
      async () => {
        const path = await backUp(
          format,
          compression,
          encrypted === undefined ? {} : { encryption: { recipients: [recipient] } },
        )
        const { restoreByHand } = JSON.parse(await project.read(path)) as Manifest
        await target.psql('CREATE DATABASE shop_restored')
        const { exitCode, stderr } = await project.run(`cd ${dirname(path)}\n${restoreByHand}`, {
          TARGET_DATABASE_URL: target.url('shop_restored'),
          IDENTITY_FILE: join(project.directory, 'key.txt'),
        })
        expect(stderr).toBe('')
        expect(exitCode).toBe(0)
        expect(await target.psql(countPayments, 'shop_restored')).toBe(rows)
      },
    )
  }
})

const countPayments = 'SELECT count(*), sum(amount) FROM shop.payments'

/** Makes a backup and resolves with the path of its manifest. */
async function backUp(format: string, compression: string, more: object = {}): Promise<string> {
  runs += 1
  const job = `shop-${runs}`
  const config = {
    jobs: {
      [job]: {
        database: source.url,
        dump: { format },
        compression,
        storages: [{ use: 'local', options: { path: 'backups' } }],
        ...more,
      },
    },
  }
  const { exitCode, stderr } = await project.run(
    `cat > ${job}.json <<'END'\n${JSON.stringify(config)}\nEND\nholdfast backup --config ${job}.json`,
  )
  expect(stderr).toContain('backed up and verified')
  expect(exitCode).toBe(0)
  for await (const path of glob(`backups/${job}/**/*.manifest.json`, { cwd: project.directory })) return path
  throw new Error(`no manifest under ${join(project.directory, 'backups', job)}`)
}

function under(heading: string): Snippet {
  const found = commands.find((snippet) => snippet.heading === heading)
  if (found === undefined) throw new Error(`the page has no commands under "${heading}"`)
  return found
}
