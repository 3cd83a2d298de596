import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findConfig } from './find.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-find-'))
  await mkdir(join(root, 'a/b'), { recursive: true })
})
afterEach(() => rm(root, { recursive: true }))

async function add(name: string): Promise<string> {
  const path = join(root, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, '')
  return path
}

test.for(['yaml', 'yml', 'json', 'ts', 'mts', 'js', 'mjs'])('finds holdfast.config.%s', async (format) => {
  const path = await add(`holdfast.config.${format}`)
  expect(await findConfig({ directory: root, environment: {} })).toBe(path)
  expect(await findConfig({ directory: join(root, 'a/b'), environment: {} })).toBe(path)
})

test('the nearest one wins', async () => {
  await add('holdfast.config.yaml')
  const near = await add('a/holdfast.config.ts')
  expect(await findConfig({ directory: join(root, 'a/b'), environment: {} })).toBe(near)
})

test('--config goes before HOLDFAST_CONFIG, and that before the search', async () => {
  const found = await add('holdfast.config.yaml')
  const option = await add('option.yaml')
  const variable = await add('a/variable.yaml')
  const environment = { HOLDFAST_CONFIG: 'a/variable.yaml' }
  expect(await findConfig({ directory: root, environment, path: 'option.yaml' })).toBe(option)
  expect(await findConfig({ directory: root, environment, path: option })).toBe(option)
  expect(await findConfig({ directory: root, environment })).toBe(variable)
  expect(await findConfig({ directory: root, environment: { HOLDFAST_CONFIG: '' } })).toBe(found)
})

test('none is found where there is none, or only something of another name', async () => {
  await add('holdfast.config.toml')
  await add('config.yaml')
  expect(await findConfig({ directory: join(root, 'a/b'), environment: {} })).toBeUndefined()
})

test('two in one directory are refused by name', async () => {
  await add('a/holdfast.config.yaml')
  await add('a/holdfast.config.ts')
  await expect(findConfig({ directory: join(root, 'a/b'), environment: {} })).rejects.toMatchObject({
    code: 'CONFIG_AMBIGUOUS',
    message: `${join(root, 'a')} holds holdfast.config.yaml and holdfast.config.ts`,
  })
})

test.for([
  [{ path: 'nope.yaml' }, {}, 'nope.yaml does not exist; --config names it'],
  [{ path: 'a' }, {}, 'a is not a file; --config names it'],
  [{}, { HOLDFAST_CONFIG: 'nope.yaml' }, 'nope.yaml does not exist; HOLDFAST_CONFIG names it'],
] as const)('one that is named must be there: %j %j', async ([named, environment, message]) => {
  await add('holdfast.config.yaml')
  await expect(findConfig({ directory: root, environment, ...named })).rejects.toMatchObject({
    code: 'CONFIG_NOT_FOUND',
    message: `The configuration file ${join(root, message)}`,
  })
})
