import { globSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadJob, readConfig } from '@holdfast/core'
import { errorCodes, exitCodes } from '@holdfast/plugin'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codesInSource } from './codes-in-source.ts'
import { editorSchema } from './editor-schema.ts'
import { stale } from './outputs.ts'
import { packageNameOf, publishedPlugins } from './plugins.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const host = { url: import.meta.url }
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-generate-'))
})
afterAll(() => rm(directory, { recursive: true }))

test('what is made from the source is up to date: pnpm generate', async () => {
  expect((await stale(root)).map(({ path }) => path)).toEqual([])
})

test('every plugin package is among the published plugins', async () => {
  const packages = globSync('packages/{storage,verifier,notifier}-*/package.json', { cwd: root })
  const names = packages.map((path) => `@holdfast/${dirname(path).slice('packages/'.length)}`)
  expect(publishedPlugins.map(packageNameOf).toSorted()).toEqual(names.toSorted())
})

test('every error code is used, and every code that is used is in the table', () => {
  expect(codesInSource(root)).toEqual({ unused: [], unknown: [] })
})

test('an unknown code and an unused one are noticed, tests and comments are not', async () => {
  const files = {
    'packages/a/src/a.ts': "throw new E('STORAGE_FULL')\nthrow new E('STORAGE_FUL') // 'RUN_LOCKED'\n",
    'packages/a/src/a.test.ts': "expect('RUN_PARTIAL').toBe('RUN_PARTIALLY')\n",
    'apps/b/src/b.ts':
      "fail(wrong ? 'JOB_NOWHERE' : 'JOB_NOT_FOUND', environment['DATABASE_URL'], 'ERR_X', 'ETAG_')\n",
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  const { unused, unknown } = codesInSource(directory)
  expect(unknown).toEqual(['apps/b/src/b.ts: JOB_NOWHERE', 'packages/a/src/a.ts: STORAGE_FUL'])
  expect(unused).toContain('RUN_LOCKED')
  expect(unused).toContain('RUN_PARTIAL')
  expect(unused).toHaveLength(Object.keys(errorCodes).length - 2)
})

test('every exit code of an error has a meaning, and each is told once', () => {
  const codes = exitCodes.map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
  for (const { exitCode } of Object.values(errorCodes)) expect(codes).toContain(exitCode)
})

const accepts = new Ajv({ allowUnionTypes: true }).compile(editorSchema())

async function isRead(config: unknown): Promise<boolean> {
  const path = join(directory, 'holdfast.config.json')
  await writeFile(path, JSON.stringify(config))
  const environment = { DAYS: '3', KIND: 'data', ON: 'true', MIN: '5' }
  return readConfig(path, { environment })
    .then((read) => loadJob(read, 'shop', host))
    .then(
      () => true,
      () => false,
    )
}

const local = { use: 'local', options: { path: './backups' } }
const secret = `whsec_${Buffer.alloc(32, 'k').toString('base64')}`
const shop = (job: object): object => ({ jobs: { shop: { storages: [local], ...job } } })

test.for<[right: boolean, config: unknown]>([
  [true, shop({})],
  [true, { $schema: './x.json', ...shop({}) }],
  [true, shop({ database: 'dbname=x', schedule: '@daily', labels: { a: 'b' }, notifiers: [] })],
  [
    true,
    shop({ dump: { kind: '${KIND}', ownership: '${ON}', countSessions: '${DAYS}' }, compression: 'gzip' }),
  ],
  [true, shop({ compression: { algorithm: 'zstd', level: '${DAYS}' } })],
  [true, shop({ storages: [{ ...local, retention: { days: '${DAYS}', labels: { a: { last: 1 } } } }] })],
  [true, shop({ verifiers: [{ use: 'archive', options: { minTables: '${MIN}' } }, { use: 'size' }] })],
  [true, shop({ verifiers: [{ use: '@holdfast/verifier-size', options: { tolerancePercent: 50 } }] })],
  [
    true,
    shop({ notifiers: [{ use: 'slack', options: { url: 'https://hooks.slack.com/x', mention: ['here'] } }] }),
  ],
  [true, shop({ notifiers: [{ use: 'webhook', options: { url: 'https://x.example', secret } }] })],
  [true, shop({ notifiers: [{ use: 'webhook', options: { preset: 'pagerduty', routingKey: 'k' } }] })],
  [
    true,
    shop({
      notifiers: [{ use: 'webhook', options: { preset: 'dead-mans-switch', url: 'https://x.example' } }],
    }),
  ],
  [false, shop({ notifiers: [{ use: 'slack' }] })],
  [false, shop({ notifiers: [{ use: 'webhook' }] })],
  [false, shop({ notifiers: [{ use: 'webhook', options: { url: 'https://x.example' } }] })],
  [
    false,
    shop({ notifiers: [{ use: 'webhook', options: { preset: 'pagerduty', routingKey: 'k', secret } }] }),
  ],
  [false, {}],
  [false, { jobs: 1 }],
  [false, { jobs: { shop: {} } }],
  [false, { ...shop({}), jobz: 1 }],
  [false, { jobs: { shop: { storages: [local] }, 'a b': { storages: [local] } } }],
  [false, shop({ storages: [] })],
  [false, shop({ storages: [{ use: 'local' }] })],
  [false, shop({ storages: [{ use: 'local', options: { pth: 'x' } }] })],
  [false, shop({ storages: [{ use: '@holdfast/storage-local', options: { path: 5 } }] })],
  [false, shop({ storages: [{ ...local, retention: { days: 0 } }] })],
  [false, shop({ storages: [{ ...local, retention: { days: 'x' } }] })],
  [false, shop({ storages: [{ ...local, retention: { dais: 1 } }] })],
  [false, shop({ retention: { days: 1 } })],
  [false, shop({ verifiers: [{ use: 'size', options: { tolerancePercent: 101 } }] })],
  [false, shop({ verifiers: [{ use: 'size', options: { tolerance: 10 } }] })],
  [false, shop({ verifiers: ['size'] })],
  [false, shop({ dump: { kind: 'ful' } })],
  [false, shop({ dump: { ownership: 1 } })],
  [false, shop({ dump: { lockWaitTimeoutMs: 2 ** 31 } })],
  [false, shop({ compression: 'lz4' })],
  [false, shop({ compression: { algorithm: 'gzip', level: 10 } })],
  [false, shop({ compression: { algorithm: 'none', level: 1 } })],
  [false, shop({ labels: { a: 1 } })],
  [false, shop({ database: '' })],
])('editors and holdfast agree (%s): %j', async ([right, config]) => {
  expect({ editor: accepts(config), holdfast: await isRead(config) }).toEqual({
    editor: right,
    holdfast: right,
  })
})

test('the example of the documents works', async () => {
  const page = await readFile(join(root, 'docs/configuration.md'), 'utf8')
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
  const path = join(directory, 'holdfast.config.yaml')
  await writeFile(path, example)
  const environment = {
    DATABASE_URL: 'dbname=shop',
    SMTP_URL: 'smtp://mail.example.com',
    SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/x',
  }
  const config = await readConfig(path, { environment })
  const { storages, verifiers, notifiers } = await loadJob(config, 'shop', host)
  const names = [...storages, ...verifiers, ...notifiers].map(({ name }) => name)
  expect(names).toEqual(['disk', 'archive', 'size', 'smtp', 'operations'])
})
