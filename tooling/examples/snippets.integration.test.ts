import { globSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBinDirectory, startHttpService, type TestDatabase, usePostgres } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { createProject, readRepositoryFile, type Project } from './project.ts'
import { createSample } from './sample.ts'
import { type Snippet, snippetsOf } from './snippets.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

let source: TestDatabase
let project: Project

beforeAll(async () => {
  source = await createSample(inject('postgresUrl'), 'snippets')
})

afterAll(() => source.drop())

beforeEach(async () => {
  project = await createProject(findBinDirectory(), 'custom-plugins')
})

afterEach(() => project.remove())

async function snippet(page: string, language: string, heading?: string): Promise<string> {
  const found = snippetsOf(await readRepositoryFile(page)).find(
    (one) => one.language === language && (heading === undefined || one.heading === heading),
  )
  if (found === undefined) throw new Error(`${page} has no ${language} block`)
  return found.text
}

function runModule(file: string): string {
  return `node --conditions=@holdfast/source ${file}`
}

it('README.md: the three lines make a backup and bring it back, and look as they are shown', async () => {
  const [setting, ...commands] = (await snippet('README.md', 'sh', 'In three lines')).trim().split('\n')
  expect(setting).toMatch(/^export DATABASE_URL=/)
  expect(commands).toHaveLength(2)
  const copy = await usePostgres(inject('postgresUrl')).createDatabase('snippets_copy')
  try {
    await project.run('rm holdfast.config.yaml')
    const { exitCode, stderr } = await project.run(commands.join('\n'), {
      DATABASE_URL: source.url,
      TARGET_DATABASE_URL: copy.url,
    })
    expect(stderr).toContain('backed up and verified')
    expect(stderr).toContain('all as in the source')
    const transcript = await snippet('README.md', '', 'What it looks like')
    const labels = [...transcript.matchAll(/^ *[✓–] (.+?) {2}/gm)].map(([, label]) => label ?? '')
    expect(labels.length).toBeGreaterThan(10)
    expect(labels.filter((label) => !stderr.includes(label))).toEqual([])
    expect(exitCode).toBe(0)
  } finally {
    await copy.drop()
  }
})

it('docs/encryption.md: encrypts, signs, and reads with the identity', async () => {
  const page = 'docs/encryption.md'
  const config = async (heading: string) =>
    (parse(await snippet(page, 'yaml', heading)) as { jobs: { shop: object } }).jobs.shop
  const storages = [{ use: 'local', options: { path: 'backups' } }]
  const job = { database: source.url, storages, ...(await config('Encrypt')), ...(await config('Sign')) }
  await writeFile(join(project.directory, 'holdfast.config.yaml'), stringify({ jobs: { shop: job } }))
  const copy = await usePostgres(inject('postgresUrl')).createDatabase('snippets_copy')
  try {
    const { exitCode, stderr } = await project.run(
      `${(await snippet(page, 'sh', 'Encrypt')).trim()} > recipients.txt
       ${await snippet(page, 'sh', 'Sign')}
       holdfast backup
       ${await snippet(page, 'sh', 'Read')}`,
      { TARGET_DATABASE_URL: copy.url },
    )
    expect(stderr).toContain('all as in the source')
    expect(stderr).toContain('is good')
    expect(exitCode).toBe(0)
    expect((await project.read('shop.dump')).slice(0, 5)).toBe('PGDMP')
  } finally {
    await copy.drop()
  }
})

it('packages/core/README.md: runs a job', async () => {
  await writeFile(join(project.directory, 'run.ts'), await snippet('packages/core/README.md', 'ts'))
  await writeFile(
    join(project.directory, 'holdfast.config.yaml'),
    await readRepositoryFile('examples/local/holdfast.config.yaml'),
  )
  const { exitCode, stdout, stderr } = await project.run(runModule('run.ts'), { DATABASE_URL: source.url })
  expect(stdout.split('\n').map((line) => (JSON.parse(line) as Report).status)).toEqual(
    Array(3).fill('succeeded'),
  )
  expect(stderr).toContain('verify')
  expect(exitCode).toBe(0)
})

it('packages/plugin/README.md: is a notifier', async () => {
  await writeFile(join(project.directory, 'console.ts'), await snippet('packages/plugin/README.md', 'ts'))
  const config = {
    jobs: {
      shop: {
        storages: [{ use: 'local', options: { path: 'backups' } }],
        notifiers: [{ use: './console.ts', on: ['backup.succeeded'] }],
      },
    },
  }
  await writeFile(join(project.directory, 'holdfast.config.yaml'), stringify(config))
  const { exitCode, stdout } = await project.run('holdfast backup', { PGDATABASE: '', ...libpq(source.url) })
  expect(stdout).toBe('shop: backed up and verified')
  expect(exitCode).toBe(0)
})

it('packages/message/README.md: is a notifier', async () => {
  await writeFile(join(project.directory, 'printed.ts'), await snippet('packages/message/README.md', 'ts'))
  const job = {
    storages: [{ use: 'local', options: { path: 'backups' } }],
    notifiers: [{ use: './printed.ts' }],
  }
  await writeFile(join(project.directory, 'holdfast.config.yaml'), stringify({ jobs: { shop: job } }))
  const { exitCode, stdout } = await project.run('holdfast notify test', {
    PGDATABASE: '',
    ...libpq(source.url),
  })
  expect(stdout).toContain('shop: test message')
  expect(exitCode).toBe(0)
})

it('packages/http-delivery/README.md: delivers a message', async () => {
  await writeFile(join(project.directory, 'tell.ts'), await snippet('packages/http-delivery/README.md', 'ts'))
  const service = await startHttpService()
  try {
    const { exitCode, stderr } = await project.run(runModule('tell.ts'), {
      PING_URL: `${service.url}/in/token`,
    })
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect(service.received).toMatchObject([{ path: '/in/token', body: 'shop: backed up' }])
  } finally {
    await service.stop()
  }
})

it('packages/postgres/README.md: is a source', async () => {
  const text = `${await snippet('packages/postgres/README.md', 'ts')}
    const request = { job: 'shop', kind: 'full', format: 'custom', tables: { include: [], exclude: [] }, ownership: false,
      globals: true, rowCounts: true, countSessions: 1, lockWaitTimeoutMs: 1000, stallTimeoutMs: 1000 }
    const { database } = await source.preflight(request, new AbortController().signal)
    console.log(database.name)`
  await writeFile(join(project.directory, 'source.mjs'), text)
  const { stdout } = await project.run(runModule('source.mjs'), { DATABASE_URL: source.url })
  expect(stdout).toBe(source.name)
})

const pages = globSync(['*.md', 'docs/**/*.md', '{packages,apps}/*/README.md'], { cwd: root })
const configurations = await Promise.all(
  pages.map(async (page) =>
    snippetsOf(await readRepositoryFile(page))
      .filter(
        ({ language, text }) => language === 'yaml' && /^(jobs|storages|verifiers|notifiers):/m.test(text),
      )
      .map((one) => ({ page, ...one })),
  ),
)

describe('every configuration in the documents is one', () => {
  it.each(configurations.flat())('$page, $heading', async ({ text }) => {
    await writeFile(join(project.directory, 'holdfast.config.yaml'), stringify(completed(text)))
    const keys = text.includes('holdfast-signing') ? 'holdfast keygen --signing; ' : ''
    const { exitCode, stderr } = await project.run(`${keys}holdfast list`, {
      DATABASE_URL: source.url,
      PING_URL: 'http://127.0.0.1:9',
      SMTP_PASSWORD: 'a password',
      SMTP_URL: 'smtp://127.0.0.1:9',
      SLACK_WEBHOOK_URL: 'http://127.0.0.1:9',
      PAGERDUTY_ROUTING_KEY: '0'.repeat(32),
    })
    // Its storage is not on this machine, which is no fault of the configuration.
    expect(stderr).not.toMatch(/CONFIG_|PLUGIN_|USAGE_/)
    expect([0, 4]).toContain(exitCode)
  })
})

/** What a page shows, with the parts of a job that it leaves out. */
function completed(text: Snippet['text']): unknown {
  const shown = parse(text) as Record<string, unknown>
  const jobs = (shown['jobs'] ?? { shop: shown }) as Record<string, Record<string, unknown>>
  const storages = [{ use: 'local', options: { path: 'backups' } }]
  return { jobs: Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, { storages, ...job }])) }
}

function libpq(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  }
}
