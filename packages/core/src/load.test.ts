import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigError } from './config/problems.ts'
import { readConfig } from './config/read.ts'
import { loadJob, type LoadedPlugins } from './load.ts'
import type { PluginHost } from './load/locate.ts'
import { loadPlugin } from './load/plugin.ts'

// Two projects side by side: the user's, with a configuration and plugins, and the one that the app is installed in.
let root: string
let project: string
let host: PluginHost
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-load-'))
  project = join(root, 'project')
  host = { url: pathToFileURL(join(root, 'app/main.js')).href }
  await install('app', '@holdfast/storage-local', plugin('storage', 'local'))
  await install('app', '@holdfast/verifier-archive', plugin('verifier', 'archive'))
  await install('app', '@holdfast/verifier-size', plugin('verifier', 'size'))
  await install('app', 'holdfast-elsewhere', plugin('storage', 'elsewhere'))
  await install('project', '@acme/storage', plugin('storage', 'acme'))
  await install('project', 'holdfast-notifier', plugin('notifier', 'pager'))
  await install('project', '@holdfast/verifier-size', plugin('verifier', 'size of the project'))
  await install('project', 'import.only', plugin('storage', 'import only'), {
    '.': { import: './index.mjs' },
  })
  await install('project', 'no.entry', plugin('storage', 'x'), { './other': './index.mjs' })
})
afterAll(() => rm(root, { recursive: true }))

async function add(path: string, text: string): Promise<string> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return file
}

async function install(
  where: string,
  name: string,
  text: string,
  entry: unknown = './index.mjs',
): Promise<void> {
  await add(`${where}/node_modules/${name}/package.json`, JSON.stringify({ name, exports: entry }))
  await add(`${where}/node_modules/${name}/index.mjs`, text)
}

/** A module with a plugin that accepts any options and remembers what it was created with. */
function plugin(kind: string, name: string, changes = ''): string {
  const methods = 'check put get stat list remove location verify notify'.split(' ')
  return `const instance = { ${methods.map((method) => `${method}() {}`).join(', ')} }
export default {
  apiVersion: 1, kind: '${kind}', name: '${name}', parseOptions: (input) => input ?? {},
  create: (options, context) => ({ ...instance, options, context }),
  ${changes}
}`
}

async function load(text: string, environment: Record<string, string> = {}): Promise<LoadedPlugins> {
  const file = await add('project/holdfast.config.yaml', text)
  return loadJob(await readConfig(file, { environment }), 'shop', host)
}

/** A job with these lines as its one storage, from line 4. */
function storage(...lines: string[]): string {
  return [
    'jobs:',
    '  shop:',
    '    storages:',
    ...lines.map((line, i) => `${i === 0 ? '      - ' : '        '}${line}`),
    '    verifiers: []',
    '',
  ].join('\n')
}

async function refusal(loading: Promise<unknown>): Promise<ConfigError> {
  const error: unknown = await loading.then(
    () => new Error('it was loaded'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConfigError)) throw error
  return error
}

test('a job comes with its plugins, from the project or from beside the app', async () => {
  await add('project/plugins/page.mjs', plugin('notifier', 'page'))
  const loaded = await load(`
jobs:
  shop:
    storages:
      - use: local
        options: { path: ./backups }
        retention: { days: 3 }
      - use: '@acme/storage'
        name: second
      - use: import.only
    notifiers:
      - use: ./plugins/page.mjs
      - use: ${join(root, 'project/plugins/page.mjs')}
        name: by absolute path
      - use: holdfast-notifier
`)
  const context = { job: 'shop', baseDirectory: project }
  expect(loaded.storages).toMatchObject([
    {
      name: 'local',
      plugin: 'local',
      retention: { days: 3 },
      instance: { options: { path: './backups' }, context: { name: 'local', ...context } },
    },
    { name: 'second', plugin: 'acme', instance: { options: {}, context: { name: 'second', ...context } } },
    { name: 'import.only', plugin: 'import only' },
  ])
  expect(loaded.storages[1]).not.toHaveProperty('retention')
  expect(loaded.verifiers.map(({ name, plugin: own }) => [name, own])).toEqual([
    ['archive', 'archive'],
    ['size', 'size of the project'],
  ])
  expect(loaded.notifiers.map(({ name, plugin: own }) => [name, own])).toEqual([
    ['./plugins/page.mjs', 'page'],
    ['by absolute path', 'page'],
    ['holdfast-notifier', 'pager'],
  ])
})

test.for([
  [
    's3',
    'the package @holdfast/storage-s3 is installed neither in {project} nor beside Holdfast itself',
    'Install it there: npm install @holdfast/storage-s3',
  ],
  [
    'locl',
    'the package @holdfast/storage-locl is installed neither in {project} nor beside Holdfast itself',
    'Did you mean `local`? Otherwise: npm install @holdfast/storage-locl',
  ],
  [
    '@acme/none',
    'the package @acme/none is not installed in {project}',
    'Install it there: npm install @acme/none',
  ],
  [
    'holdfast-elsewhere',
    'the package holdfast-elsewhere is not installed in {project}',
    'Install it there: npm install holdfast-elsewhere',
  ],
  [
    'file.mjs',
    'the package file.mjs is not installed in {project}',
    'To use the file of that name, write ./file.mjs',
  ],
  [
    './none.mjs',
    'there is no file {project}/none.mjs',
    'Write the path of the module with its extension, relative to the configuration.',
  ],
  [
    './node_modules',
    '{project}/node_modules is not a file',
    'Write the path of the module with its extension, relative to the configuration.',
  ],
] as const)('%s is not found', async ([use, message, hint]) => {
  await add('project/file.mjs', '')
  const error = await refusal(load(storage(`use: '${use}'`)))
  expect(error).toMatchObject({ code: 'PLUGIN_NOT_FOUND', hint })
  expect(error.problems).toMatchObject([
    {
      line: 4,
      column: 14,
      path: 'jobs.shop.storages[0].use',
      message: message.replaceAll('{project}', project),
    },
  ])
})

test.for([
  ['an empty module', '', 'PLUGIN_INVALID', 'has no default export that is a plugin'],
  [
    'named exports only',
    'export const plugin = 1',
    'PLUGIN_INVALID',
    'has no default export that is a plugin',
  ],
  ['a function', 'export default () => {}', 'PLUGIN_INVALID', 'has no default export that is a plugin'],
  [
    'an object of another sort',
    'export default {}',
    'PLUGIN_INVALID',
    'has a default export without apiVersion',
  ],
  [
    'a later contract',
    plugin('storage', 'x', 'apiVersion: 2'),
    'PLUGIN_API_VERSION',
    'is made for version 2 of the plugin contract, and this Holdfast has version 1',
  ],
  ['another kind', plugin('verifier', 'x'), 'PLUGIN_INVALID', 'is a verifier, and a storage is wanted here'],
  ['no name', plugin('storage', ''), 'PLUGIN_INVALID', 'is a plugin without a name'],
  [
    'no create',
    plugin('storage', 'x', 'create: 1'),
    'PLUGIN_INVALID',
    'is a plugin without the function create',
  ],
  [
    'no functions at all',
    plugin('storage', 'x', 'create: undefined, parseOptions: {}'),
    'PLUGIN_INVALID',
    'is a plugin without the function parseOptions and create',
  ],
  [
    'half a storage',
    plugin('storage', 'x', "create: () => ({ put() {}, get() {}, list: 'no' })"),
    'PLUGIN_INVALID',
    'makes a storage without check, stat, list, remove, location',
  ],
  [
    'a promise of a storage',
    plugin('storage', 'x', 'create: async () => instance'),
    'PLUGIN_INVALID',
    'makes a storage without check, put, get, stat, list, remove, location',
  ],
  ['a throw at import', "throw new Error('boom')", 'PLUGIN_FAILED', 'could not be imported: boom'],
  [
    'an import of something that is missing',
    "import 'nowhere'",
    'PLUGIN_FAILED',
    "could not be imported: Cannot find package 'nowhere'",
  ],
  [
    'a throw in create',
    plugin('storage', 'x', "create() { throw new RangeError('boom') }"),
    'PLUGIN_FAILED',
    'failed in create: boom',
  ],
  [
    'a throw in parseOptions',
    plugin('storage', 'x', "parseOptions() { throw new RangeError('boom') }"),
    'PLUGIN_FAILED',
    'failed in parseOptions: boom',
  ],
  [
    'asynchronous options',
    plugin('storage', 'x', "parseOptions: async () => { throw new Error('unseen') }"),
    'PLUGIN_FAILED',
    'failed in parseOptions: it is not synchronous',
  ],
] as const)('refuses a plugin with %s', async ([what, text, code, message]) => {
  const name = `./${what.replaceAll(' ', '-')}.mjs`
  await add(`project/${name}`, text)
  const error = await refusal(load(storage(`use: ${name}`)))
  expect(error.code).toBe(code)
  expect(error.problems).toMatchObject([
    {
      line: 4,
      column: 14,
      path: 'jobs.shop.storages[0].use',
      message: expect.stringContaining(`${name} ${message}`),
    },
  ])
})

test('what a plugin throws is kept as the cause', async () => {
  await add('project/cause.mjs', "throw new RangeError('boom')")
  const error = await refusal(load(storage('use: ./cause.mjs')))
  expect(error.cause).toBeInstanceOf(RangeError)
})

test('what a plugin says of a secret is not repeated', async () => {
  const complain = 'throw new Error(`no such key: ${input.key}`)'
  await add('project/leaky.mjs', plugin('storage', 'leaky', `parseOptions(input) { ${complain} },`))
  const text = storage('use: ./leaky.mjs', 'options: { key: "${API_KEY}" }')
  const error = await refusal(load(text, { API_KEY: 'canary-value' }))
  expect(error.message).toContain('no such key: [secret]')
})

test('a package without an entry says so', async () => {
  const error = await refusal(load(storage('use: no.entry')))
  expect(error.code).toBe('PLUGIN_INVALID')
  expect(error.message).toContain('no.entry can\'t be imported: No "exports" main defined')
})

test('a module that was compiled to CommonJS is a plugin too', async () => {
  const text = plugin('storage', 'compiled').replace(
    'export default',
    'exports.__esModule = true; exports.default =',
  )
  await add('project/compiled.cjs', text)
  const { storages } = await load(storage('use: ./compiled.cjs'))
  expect(storages[0].plugin).toBe('compiled')
})

// A plugin with options as its author would check them without any library.
const picky = plugin(
  'storage',
  'picky',
  `parseOptions(input = {}) {
    const issues = []
    if (typeof input.path !== 'string') issues.push({ path: ['path'], message: 'must be text' })
    if (input.parts !== undefined && typeof input.parts !== 'number') issues.push({ path: ['parts'], message: 'must be a number' })
    if (input.retry?.attempts > 9) issues.push({ path: ['retry', 'attempts'], message: 'must be 9 or less' })
    for (const key of Object.keys(input)) if (!['path', 'parts', 'retry'].includes(key)) issues.push({ path: [key], message: 'unknown' })
    if (issues.length > 0) throw Object.assign(new Error('no'), { name: 'HoldfastError', code: 'CONFIG_INVALID', issues })
    return input
  },
  optionsSchema: () => ({ type: 'object', properties: { path: {}, parts: {}, retry: { type: 'object', properties: { attempts: {} } } } }),`,
)

test('what is wrong with options has its place and a suggestion', async () => {
  await add('project/picky.mjs', picky)
  const error = await refusal(
    load(storage('use: ./picky.mjs', 'options:', '  retry:', '    attempts: 10', '  pth: x', '  zebra: 1')),
  )
  const at = 'jobs.shop.storages[0].options'
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.message.replaceAll(`${error.problems[0]?.file}:`, '').split('\n')).toEqual([
    `5:9  ${at}.path  must be text`,
    `7:23  ${at}.retry.attempts  must be 9 or less`,
    `8:11  ${at}.pth  is not a known key; did you mean \`path\`?`,
    `9:11  ${at}.zebra  is not a known key; known are path, parts, retry`,
  ])
})

test('options that are missing altogether are reported where the plugin is named', async () => {
  await add('project/picky.mjs', picky)
  const error = await refusal(load(storage('use: ./picky.mjs')))
  expect(error.problems).toMatchObject([
    { line: 4, column: 9, path: 'jobs.shop.storages[0].options.path', message: 'must be text' },
  ])
})

test('a variable becomes a number where the plugin wants one', async () => {
  await add('project/picky.mjs', picky)
  const text = storage('use: ./picky.mjs', 'options: { path: "${PATH}", parts: "${PARTS}" }')
  const { storages } = await load(text, { PATH: '5', PARTS: '5' })
  expect(storages[0].instance).toMatchObject({ options: { path: '5', parts: 5 } })
  const error = await refusal(load(text, { PATH: '5', PARTS: 'five' }))
  expect(error.problems).toMatchObject([{ line: 5, column: 44, message: 'must be a number' }])
})

test('what is wrong with all the plugins of a job is in one error', async () => {
  await add('project/picky.mjs', picky)
  const error = await refusal(
    load(`
jobs:
  shop:
    storages:
      - use: s3
      - use: ./picky.mjs
        options: { path: 5 }
    verifiers:
      - use: archive
      - use: restore
    notifiers:
      - use: '@acme/storage'
`),
  )
  expect(error.code).toBe('CONFIG_INVALID')
  expect(error.problems.map(({ line, path }) => [line, path])).toEqual([
    [5, 'jobs.shop.storages[0].use'],
    [7, 'jobs.shop.storages[1].options.path'],
    [10, 'jobs.shop.verifiers[1].use'],
    [12, 'jobs.shop.notifiers[0].use'],
  ])
  expect(error.hint?.split('\n')).toEqual([
    'Install it there: npm install @holdfast/storage-s3',
    'Install it there: npm install @holdfast/verifier-restore',
    expect.stringContaining('definePlugin'),
  ])
})

test('the secrets of all options are told', async () => {
  await add(
    'project/secretive.mjs',
    `class Secret { constructor(value) { this.value = value } reveal() { return this.value } }
${plugin('storage', 'secretive', "parseOptions: () => ({ path: 'x', deep: [{ key: new Secret('canary') }] })")}`,
  )
  const { secrets } = await load(storage('use: ./secretive.mjs'))
  expect(secrets.map((secret) => secret.reveal())).toEqual(['canary'])
})

test('a job that the configuration does not have', async () => {
  const file = await add('project/holdfast.config.yaml', storage('use: local'))
  const config = await readConfig(file, { environment: {} })
  await expect(loadJob(config, 'shpo', host)).rejects.toMatchObject({
    code: 'JOB_NOT_FOUND',
    hint: 'Did you mean shop? It has shop.',
  })
})

test('one plugin can be loaded by itself', async () => {
  const from = { baseDirectory: project, host }
  expect(await loadPlugin('verifier', 'archive', from)).toMatchObject({ kind: 'verifier', name: 'archive' })
  await expect(loadPlugin('notifier', 'archive', from)).rejects.toMatchObject({
    code: 'PLUGIN_NOT_FOUND',
    message: expect.stringContaining('@holdfast/notifier-archive'),
  })
})

test('what comes with the app is used unless the project has its own, and before what is installed beside it', async () => {
  const own = pathToFileURL(
    await add('app/own.mjs', plugin('storage', 'came with it', "name: 'came with it'")),
  ).href
  const included = { '@holdfast/storage-included': () => import(own) as Promise<object> }
  const from = { baseDirectory: project, host: { ...host, included } }
  await install('app', '@holdfast/storage-included', plugin('storage', 'beside', "name: 'beside'"))
  expect(await loadPlugin('storage', 'included', from)).toMatchObject({ name: 'came with it' })

  await install('own', '@holdfast/storage-included', plugin('storage', 'its own', "name: 'its own'"))
  const elsewhere = { ...from, baseDirectory: join(root, 'own') }
  expect(await loadPlugin('storage', 'included', elsewhere)).toMatchObject({ name: 'its own' })
})

// How a checkout runs: from source, by a condition that is given to Node or added by the hook of bin/holdfast.js.
const hook = `import { registerHooks } from 'node:module'
registerHooks({ resolve: (specifier, context, next) =>
  next(specifier, { ...context, conditions: [...context.conditions, '@holdfast/source'] }) })`

test.for([
  ['a condition', ['--conditions=@holdfast/source']],
  ['a hook', ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]],
] as const)('plugins are loaded from source with %s', async ([, flags]) => {
  const conditions = { '.': { '@holdfast/source': './src/index.ts', default: './dist/index.js' } }
  await add('built/package.json', JSON.stringify({ name: '@holdfast/storage-built', exports: conditions }))
  await add(
    'built/src/index.ts',
    `const source: string = 'source'\n${plugin('storage', 'source', 'name: source')}`,
  )
  await add('built/dist/index.js', plugin('storage', 'built'))
  // A link out of node_modules, as a workspace has it: Node strips no types inside.
  const link = join(root, 'app/node_modules/@holdfast/storage-built')
  await rm(link, { force: true })
  await symlink(join(root, 'built'), link)
  const script = `
    const { loadPlugin } = await import(process.argv[1])
    const from = { baseDirectory: process.argv[2], host: { url: process.argv[3] } }
    console.log((await loadPlugin('storage', 'built', from)).name)`
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...flags,
    '--input-type=module',
    '--eval',
    script,
    new URL('load/plugin.ts', import.meta.url).href,
    project,
    host.url,
  ])
  expect(stdout).toBe('source\n')
})

test('tells what plugins have against their options together with everything else that is wrong', async () => {
  await install(
    'project',
    'holdfast-picky',
    plugin(
      'storage',
      'picky',
      `parseOptions(input) {
        throw Object.assign(new Error('no'), { issues: [{ path: ['size'], message: 'hunter2-hunter2 is too big' }] })
      },`,
    ),
  )
  const file = await add(
    'project/holdfast.config.yaml',
    [
      'jobs:',
      '  shop:',
      '    databse: x',
      '    storages:',
      '      - use: holdfast-picky',
      '        options: { size: "${A_SECRET}" }',
      '      - use: holdfast-not-there',
    ].join('\n'),
  )
  await expect(
    readConfig(file, { environment: { A_SECRET: 'hunter2-hunter2' }, host }),
  ).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    problems: [
      { line: 3, path: 'jobs.shop.databse', suggestion: 'database' },
      { line: 6, path: 'jobs.shop.storages[0].options.size', message: '[secret] is too big' },
    ],
  })
})
