import { readdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { HoldfastError } from '@holdfast/plugin'
import type { Environment } from './interpolate.ts'

const fileNames = ['yaml', 'yml', 'json', 'ts', 'mts', 'js', 'mjs'].map(
  (format) => `holdfast.config.${format}`,
)

/**
 * The configuration file to use, as an absolute path: the one named, else HOLDFAST_CONFIG, else the first one from
 * `directory` upwards. Undefined when none is named and none is found.
 */
export async function findConfig(options: {
  directory: string
  environment: Environment
  path?: string | undefined
}): Promise<string | undefined> {
  const { directory, environment, path } = options
  if (path !== undefined) return named(resolve(directory, path), '--config')
  const variable = environment['HOLDFAST_CONFIG']
  if (variable !== undefined && variable !== '') return named(resolve(directory, variable), 'HOLDFAST_CONFIG')
  return search(resolve(directory))
}

async function named(path: string, by: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return path
  const what = found === undefined ? 'does not exist' : 'is not a file'
  throw new HoldfastError('CONFIG_NOT_FOUND', `The configuration file ${path} ${what}; ${by} names it`, {
    hint: 'Relative paths are relative to the working directory. `holdfast init` writes a configuration.',
  })
}

async function search(directory: string): Promise<string | undefined> {
  const entries = new Set(await readdir(directory).catch(() => []))
  const found = fileNames.filter((name) => entries.has(name))
  if (found.length > 1) {
    throw new HoldfastError('CONFIG_AMBIGUOUS', `${directory} holds ${found.join(' and ')}`, {
      hint: 'Remove all but one of them, or name one with --config.',
    })
  }
  const [name] = found
  if (name !== undefined) return join(directory, name)
  const parent = dirname(directory)
  return parent === directory ? undefined : search(parent)
}
