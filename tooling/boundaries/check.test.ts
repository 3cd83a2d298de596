import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { violations } from './check.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-boundaries-'))
  add('packages/plugin', '@holdfast/plugin')
  add('packages/core', '@holdfast/core', { dependencies: ['@holdfast/plugin', 'zod'] })
  add('packages/verifier-size', '@holdfast/verifier-size', { peerDependencies: ['@holdfast/plugin'] })
  add('packages/storage-local', '@holdfast/storage-local', { peerDependencies: ['@holdfast/plugin'] })
  add('packages/postgres', '@holdfast/postgres', { dependencies: ['@holdfast/plugin'] })
  add('apps/cli', 'holdfast', { dependencies: ['@holdfast/core', '@holdfast/storage-local'] })
  add('tooling/lab', '@holdfast/lab', { dependencies: ['@holdfast/plugin'] })
})
afterEach(() => rmSync(root, { recursive: true }))

function add(directory: string, name: string, dependencies: Record<string, string[]> = {}): void {
  const manifest = Object.entries(dependencies).map(([kind, names]) => [
    kind,
    Object.fromEntries(names.map((dependency) => [dependency, '*'])),
  ])
  write(`${directory}/package.json`, JSON.stringify({ name, ...Object.fromEntries(manifest) }))
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

test('this checkout keeps its boundaries', () => {
  expect(violations(fileURLToPath(new URL('../../', import.meta.url)))).toEqual([])
})

test('what the rules allow is not reported', () => {
  write('packages/plugin/src/index.ts', "import { inspect } from 'node:util'\nexport * from './a.ts'\n")
  write(
    'packages/core/src/run.ts',
    "import type { Storage } from '@holdfast/plugin'\nimport { z } from 'zod'\n",
  )
  write('packages/verifier-size/src/index.ts', "import { connect } from '@holdfast/postgres'\n")
  write(
    'packages/core/src/run.test.ts',
    "import '@holdfast/lab'\nimport '@holdfast/testkit'\nimport 'vitest'\n",
  )
  write('packages/plugin/src/index.test.ts', "import { test } from 'vitest'\n")
  write('apps/cli/src/main.ts', "await import('@holdfast/core')\nawait import('@holdfast/testkit')\n")
  add('packages/core', '@holdfast/core', {
    devDependencies: ['@holdfast/lab', '@holdfast/testkit', '@holdfast/tsconfig'],
  })
  expect(violations(root)).toEqual([])
})

test.for([
  ['packages/plugin', "import { z } from 'zod'", 'imports zod'],
  ['packages/plugin', "import type { Run } from '@holdfast/core'", 'imports @holdfast/core'],
  ['packages/storage-local', "import { run } from '@holdfast/core'", 'imports @holdfast/core'],
  ['packages/storage-local', "export * from '@holdfast/verifier-size'", 'imports @holdfast/verifier-size'],
  ['packages/storage-local', "import '@holdfast/postgres'", 'imports @holdfast/postgres'],
  ['packages/verifier-size', "await import('@holdfast/core')", 'imports @holdfast/core'],
  ['packages/verifier-size', "export type A = import('@holdfast/core').Run", 'imports @holdfast/core'],
  [
    'packages/core',
    "export { local } from '@holdfast/storage-local/deep'",
    'imports @holdfast/storage-local/deep',
  ],
  ['packages/core', "import '@holdfast/postgres'", 'imports @holdfast/postgres'],
  [
    'packages/core',
    "import '../../postgres/src/index.ts'",
    'leaves its package with ../../postgres/src/index.ts',
  ],
  ['packages/core', "import '@holdfast/lab'", 'imports @holdfast/lab'],
  ['packages/postgres', "import '@holdfast/core'", 'imports @holdfast/core'],
  ['packages/postgres', "import 'holdfast'", 'imports holdfast'],
  ['apps/cli', "import '@holdfast/lab'", 'imports @holdfast/lab'],
  ['tooling/lab', "import 'holdfast'", 'imports holdfast'],
] as const)('refuses in %s: %s', ([directory, text, complaint]) => {
  write(`${directory}/src/index.ts`, `${text}\n`)
  expect(violations(root)).toEqual([expect.stringContaining(`${directory}/src/index.ts ${complaint};`)])
})

test.for([
  ['packages/plugin', '@holdfast/plugin', 'dependencies', 'zod'],
  ['packages/core', '@holdfast/core', 'dependencies', '@holdfast/postgres'],
  ['packages/core', '@holdfast/core', 'dependencies', '@holdfast/testkit'],
  ['packages/core', '@holdfast/core', 'devDependencies', '@holdfast/storage-local'],
  ['packages/postgres', '@holdfast/postgres', 'optionalDependencies', '@holdfast/core'],
  ['packages/storage-local', '@holdfast/storage-local', 'peerDependencies', '@holdfast/core'],
  ['packages/verifier-size', '@holdfast/verifier-size', 'dependencies', '@holdfast/verifier-archive'],
  ['apps/cron', 'holdfast-cron', 'dependencies', 'holdfast'],
  ['tooling/lab', '@holdfast/lab', 'devDependencies', 'holdfast'],
] as const)('refuses in the manifest of %s: %s, %s on %s', ([directory, name, kind, dependency]) => {
  add(directory, name, { [kind]: [dependency] })
  expect(violations(root)).toEqual([
    expect.stringContaining(`${directory}/package.json depends on ${dependency}`),
  ])
})

test('refuses a package that no rule knows, and a file that does not parse', () => {
  add('packages/misc', '@holdfast/misc')
  expect(violations(root)).toEqual([expect.stringContaining('no rule fits @holdfast/misc')])
  write('packages/core/src/run.ts', 'import {')
  expect(() => violations(root)).toThrow('packages/core/src/run.ts does not parse')
})
