import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from './read.ts'
import type { Config } from './types.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-read-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function read(name: string, text: string, environment: Record<string, string> = {}): Promise<Config> {
  await writeFile(join(directory, name), text)
  return readConfig(join(directory, name), { environment })
}

const complete = `
$schema: ./schema.json
jobs:
  shop:
    database: \${DATABASE_URL}
    dump:
      kind: tables
      format: plain
      tables: { include: [public.*], exclude: [public.log] }
      ownership: true
      rowCounts: false
      countSessions: 4
      lockWaitTimeoutMs: 1000
      stallTimeoutMs: 2000
    compression: { algorithm: gzip, level: 9 }
    storages:
      - use: local
        name: disk
        options: { path: ./backups }
        retention: { days: 90, minKeep: 3, labels: { pre-deploy: { days: 7 } } }
      - use: '@acme/storage'
    verifiers:
      - use: archive
        options: { minTables: 10 }
    notifiers:
      - use: ./notify.ts
        name: us
        on: [backup.started, backup.failed, backup.started]
        repeatEveryMs: 3600000
    expectEvery: 36h
    schedule: ' 0 3 * * 0 '
    labels: { environment: production }
  other.job_2:
    storages: [{ use: local }]
`

test('a configuration comes out complete', async () => {
  const config = await read('complete.yaml', complete, { DATABASE_URL: 'postgresql://u:p%40ss@h/shop' })
  expect(config.origin).toMatchObject({ file: join(directory, 'complete.yaml'), baseDirectory: directory })
  const [shop, other] = config.jobs
  expect(shop?.database?.reveal()).toBe('postgresql://u:p%40ss@h/shop')
  expect(config.jobs).toEqual([
    {
      name: 'shop',
      database: shop?.database,
      dump: {
        kind: 'tables',
        format: 'plain',
        tables: { include: ['public.*'], exclude: ['public.log'] },
        ownership: true,
        globals: false,
        rowCounts: false,
        countSessions: 4,
        lockWaitTimeoutMs: 1000,
        stallTimeoutMs: 2000,
      },
      compression: { algorithm: 'gzip', level: 9 },
      storages: [
        {
          use: 'local',
          name: 'disk',
          options: { path: './backups' },
          retention: { days: 90, minKeep: 3, labels: { 'pre-deploy': { days: 7 } } },
        },
        { use: '@acme/storage', name: '@acme/storage', options: undefined },
      ],
      verifiers: [{ use: 'archive', name: 'archive', options: { minTables: 10 } }],
      notifiers: [
        {
          use: './notify.ts',
          name: 'us',
          options: undefined,
          on: ['backup.started', 'backup.failed'],
          repeatEveryMs: 3_600_000,
          timeoutMs: 30_000,
        },
      ],
      expectEveryMs: 36 * 3_600_000,
      schedule: { backup: '0 3 * * 0', timeZone: 'UTC', splayMs: 0, blackouts: [] },
      labels: { environment: 'production' },
    },
    {
      name: 'other.job_2',
      database: undefined,
      dump: {
        kind: 'full',
        format: 'custom',
        tables: { include: [], exclude: [] },
        ownership: false,
        globals: true,
        rowCounts: true,
        countSessions: 1,
        lockWaitTimeoutMs: 60_000,
        stallTimeoutMs: 600_000,
      },
      compression: { algorithm: 'zstd', level: 1 },
      storages: [{ use: 'local', name: 'local', options: undefined }],
      verifiers: [
        { use: 'archive', name: 'archive', options: undefined },
        { use: 'size', name: 'size', options: undefined },
      ],
      notifiers: [],
      labels: {},
    },
  ])
  expect(other).not.toHaveProperty('schedule')
})

test.for([
  ['schema', false, false],
  ['data', false, true],
  ['full', true, true],
] as const)('a %s dump has globals: %s and row counts: %s', async ([kind, globals, rowCounts]) => {
  const { jobs } = await read(
    'kind.yaml',
    `jobs: { a: { dump: { kind: ${kind} }, storages: [{ use: local }] } }`,
  )
  expect(jobs[0]?.dump).toMatchObject({ globals, rowCounts })
})

test.for([
  ['zstd', { algorithm: 'zstd', level: 1 }],
  ['gzip', { algorithm: 'gzip', level: 6 }],
  ['none', { algorithm: 'none' }],
  ['{ algorithm: zstd }', { algorithm: 'zstd', level: 1 }],
  ['{ algorithm: zstd, level: 22 }', { algorithm: 'zstd', level: 22 }],
  ['{ algorithm: none }', { algorithm: 'none' }],
] as const)('compression: %s', async ([written, compression]) => {
  const text = `jobs: { a: { compression: ${written}, storages: [{ use: local }] } }`
  expect((await read('compression.yaml', text)).jobs[0]?.compression).toEqual(compression)
})

test.for([
  [
    'holdfast.config.json',
    '{\n\t"jobs": { "a": { "storages": [{ "use": "local" }], "database": "${DB}" } }\n}',
  ],
  ['a.yml', 'jobs: { a: { storages: [{ use: local }], database: "${DB}" } }'],
  [
    'a.ts',
    "const use: string = 'local'\nexport default { jobs: { a: { storages: [{ use }], database: '${DB}' } } }",
  ],
  ['a.mts', "export default { jobs: { a: { storages: [{ use: 'local' }], database: '${DB}' } } } as unknown"],
  ['a.js', "export default { jobs: { a: { storages: [{ use: 'local' }], database: '${DB}' } } }"],
  [
    'a.mjs',
    "export default await Promise.resolve({ jobs: { a: { storages: [{ use: 'local' }], database: '${DB}' } } })",
  ],
] as const)('reads %s', async ([name, text]) => {
  const config = await read(name, text, { DB: 'dbname=a' })
  expect(config.jobs[0]).toMatchObject({ name: 'a', storages: [{ use: 'local' }] })
  expect(config.jobs[0]?.database?.reveal()).toBe('dbname=a')
})

test('a module may hold what no text can, and its problems have a path without a line', async () => {
  const options =
    "{ jobs: { a: { storages: [{ use: 'local', options: { made: new Date(0), call: () => 1 } }] } } }"
  const { jobs } = await read('rich.mjs', `export default ${options}`)
  expect(jobs[0]?.storages[0].options).toEqual({ made: new Date(0), call: expect.any(Function) })
  await expect(
    read('wrong.mjs', "export default { jobs: { a: { storages: [], dump: { kind: 'x' } } } }"),
  ).rejects.toMatchObject({
    problems: [
      {
        file: join(directory, 'wrong.mjs'),
        path: 'jobs.a.dump.kind',
        message: expect.stringContaining('is "x"'),
      },
      { file: join(directory, 'wrong.mjs'), path: 'jobs.a.storages', message: 'needs at least one entry' },
    ],
  })
})

test.for([
  ['throws.mjs', "throw new Error('boom')", ' could not be imported: boom', undefined],
  [
    'named.mjs',
    'export const config = {}',
    ' has no default export',
    'End it with `export default defineConfig({ … })`.',
  ],
  [
    'alone.mjs',
    "import { defineConfig } from 'holdfast'\nexport default defineConfig({})",
    " could not be imported: Cannot find package 'holdfast'",
    'Install it beside the configuration (npm install --save-dev holdfast), or write the configuration as YAML.',
  ],
  [
    'a.toml',
    '',
    ' has no extension that a configuration file can have',
    'Use one of .yaml, .yml, .json, .ts, .mts, .js, .mjs.',
  ],
] as const)('cannot use %s', async ([name, text, message, hint]) => {
  await expect(read(name, text)).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: expect.stringContaining(`${join(directory, name)}${message}`),
    hint,
  })
})

test.for([
  [
    'enum.ts',
    'enum A { B }\nexport default {}',
    ':1 could not be imported: TypeScript enum is not supported',
  ],
  ['syntax.ts', 'export default {\n  jobs: { ]\n}', ':2 could not be imported: Unexpected token'],
  ['fine.ts', "export default { jobs: { a: { storages: [{ use: 'local' as string }] } } }", 'jobs: a'],
] as const)('Node itself imports %s', async ([name, text, expected]) => {
  await writeFile(join(directory, name), text)
  const script = `
    const { readConfig } = await import(process.argv[1])
    const told = readConfig(process.argv[2], { environment: {} }).then(
      ({ jobs }) => process.argv[2] + 'jobs: ' + jobs.map(({ name }) => name),
      (error) => error.message,
    )
    console.log(await told)`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@holdfast/source',
    '--input-type=module',
    '--eval',
    script,
    new URL('read.ts', import.meta.url).href,
    join(directory, name),
  ])
  expect(stdout).toContain(`${join(directory, name)}${expected}`)
})

test('the error of a module that throws is kept as the cause', async () => {
  await expect(read('cause.mjs', "throw new RangeError('boom')")).rejects.toMatchObject({
    cause: expect.any(RangeError),
  })
})

test('a file that is not there', async () => {
  await expect(readConfig(join(directory, 'none.yaml'), { environment: {} })).rejects.toMatchObject({
    code: 'CONFIG_UNREADABLE',
    message: `${join(directory, 'none.yaml')} does not exist`,
  })
})

test('a variable becomes a number or a switch where one is wanted, and only there', async () => {
  const text = `
jobs:
  a:
    dump: { ownership: "\${ON}", kind: "\${KIND}" }
    compression: { algorithm: zstd, level: "\${LEVEL}" }
    storages:
      - use: local
        name: \${DAYS}
        retention: { days: "\${DAYS}", minKeep: "\${MIN:-2}" }
    labels: { days: "\${DAYS}", on: "\${ON}" }
`
  const { jobs } = await read('typed.yaml', text, { DAYS: '90', ON: 'true', KIND: 'data', LEVEL: '3' })
  expect(jobs[0]).toMatchObject({
    dump: { ownership: true, kind: 'data' },
    compression: { algorithm: 'zstd', level: 3 },
    storages: [{ name: '90', retention: { days: 90, minKeep: 2 } }],
    labels: { days: '90', on: 'true' },
  })
})

test.for([
  ['-1', '7:28  jobs.a.storages[0].retention.days  must be 1 or more, is -1'],
  ['ninety', '7:28  jobs.a.storages[0].retention.days  must be a whole number, is "ninety"'],
  ['1e2', '7:28  jobs.a.storages[0].retention.days  must be a whole number, is "1e2"'],
  ['', '7:28  jobs.a.storages[0].retention.days  must be a whole number, is ""'],
] as const)('a variable of %j is no number of days', async ([days, problem]) => {
  const text = '\n\njobs:\n  a:\n    storages:\n      - use: local\n        retention: { days: "${DAYS}" }\n'
  await expect(read('untyped.yaml', text, { DAYS: days })).rejects.toThrow(
    `${join(directory, 'untyped.yaml')}:${problem}`,
  )
})

test('a number that is written as text is not one', async () => {
  const text = 'jobs: { a: { storages: [{ use: local, retention: { days: "90" } }] } }'
  await expect(read('quoted.yaml', text)).rejects.toThrow('days  must be a whole number, is "90"')
})

test('an anchor can be used again', async () => {
  const text = 'jobs:\n  a: &a\n    storages: [{ use: local }]\n  b: *a\n'
  expect((await read('anchor.yaml', text)).jobs.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('knows its secrets and prints none of them', async () => {
  await writeFile(join(directory, 'key'), 'from-file\n')
  const text = `
jobs:
  a:
    database: \${URL_A}
    storages: [{ use: local, options: { key: "\${file:key}", token: "\${API_TOKEN}", region: "\${REGION}" } }]
  b:
    database: host=h password='it\\'s' user=u
    storages: [{ use: local, options: { proxy: "http://me:literal@proxy" } }]
  c:
    database: postgresql:///c?host=/run&password=in%20query
    storages: [{ use: local }]
`
  const config = await read('secrets.yaml', text, {
    URL_A: 'postgresql://u:p%40s/s@h1:1,h2:2/a',
    API_TOKEN: 'token-value',
    REGION: 'eu',
    PGPASSWORD: 'from-libpq',
  })
  expect(config.secrets.map((secret) => secret.reveal()).toSorted()).toEqual(
    [
      'from-file',
      'token-value',
      'p%40s/s',
      'p@s/s',
      "it\\'s",
      "it's",
      'literal',
      'in%20query',
      'in query',
      'from-libpq',
    ].toSorted(),
  )
  const printed = [
    JSON.stringify({ jobs: config.jobs.map(({ database }) => database), secrets: config.secrets }),
    inspect(config.jobs.map(({ database }) => database)),
    inspect(config.secrets),
    String(config.jobs[0]?.database),
  ].join()
  for (const secret of config.secrets) expect(printed).not.toContain(secret.reveal())
})
