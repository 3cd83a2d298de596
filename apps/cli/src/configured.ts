import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  findConfig,
  implicitConfig,
  jobNameFor,
  readConfig,
  storageFromUrl,
  type Config,
} from '@holdfast/core'
import { HoldfastError } from '@holdfast/plugin'
import { parameterOf, parseAddress } from '@holdfast/postgres'
import { scheduleFindings } from '@holdfast/schedule'
import type { Context } from './context.ts'
import { host } from './host.ts'

/** Where backups are kept where nothing says another place. */
export const defaultPlace = './backups'

/** The configuration that is named or found, or undefined. */
export async function readFoundConfig(
  path: string | undefined,
  context: Context,
): Promise<Config | undefined> {
  const { directory, environment } = context
  const file = await findConfig({ directory, environment, path })
  return file === undefined ? undefined : readConfig(file, { environment, host, rules: [scheduleFindings] })
}

/** The configuration that is named or found; without one there is nothing to do. */
export async function requireConfig(path: string | undefined, context: Context): Promise<Config> {
  const config = await readFoundConfig(path, context)
  if (config !== undefined) return config
  throw new HoldfastError('CONFIG_NOT_FOUND', 'there is no configuration here or above', {
    hint: 'Pass --config, or run holdfast init to write one.',
  })
}

/** The one job of a command line without a configuration: its database, in the place given. */
export function databaseConfig(
  {
    database,
    to = defaultPlace,
    recipient,
  }: { database?: string | undefined; to?: string | undefined; recipient?: string[] | undefined },
  { environment, directory }: Context,
): Config {
  const text = database ?? (environment['DATABASE_URL'] || undefined)
  if (text === undefined && !databaseVariables.some((name) => environment[name])) {
    throw new HoldfastError('CONFIG_NOT_FOUND', 'nothing says which database to back up', {
      hint: 'Set DATABASE_URL, or pass --database, or run holdfast init to write a configuration.',
    })
  }
  return implicitConfig(
    {
      name: jobNameFor(databaseName(text, environment)),
      database: text,
      storage: storageFromUrl(to, directory),
      recipients: recipient,
    },
    { baseDirectory: directory, environment },
  )
}

const databaseVariables = ['PGDATABASE', 'PGHOST', 'PGHOSTADDR', 'PGPORT', 'PGSERVICE', 'PGUSER']

/** The name of the database as far as it can be told without reading a service file. */
function databaseName(text: string | undefined, environment: NodeJS.ProcessEnv): string {
  const address = parseAddress(text, environment)
  return (
    parameterOf(address, 'dbname') ??
    address.given.service ??
    address.inherited.service ??
    parameterOf(address, 'user') ??
    environment['USER'] ??
    'postgres'
  )
}

/** A place to read from, of any jobs; the name of its own job is never shown. */
export function placeConfig(from: string | undefined, { environment, directory }: Context): Config {
  if (from === undefined && !existsSync(resolve(directory, defaultPlace))) {
    throw new HoldfastError('CONFIG_NOT_FOUND', `there is no configuration and no ${defaultPlace} here`, {
      hint: 'Say where the backups are with --from, or pass --config, or make a first one with holdfast backup.',
    })
  }
  const storage = storageFromUrl(from ?? defaultPlace, directory)
  const { path } = storage.options
  // A storage makes its directory when it first writes; whoever reads from one that is not there mistyped it.
  if (typeof path === 'string' && !existsSync(path)) {
    throw new HoldfastError('STORAGE_UNAVAILABLE', `there is no directory ${path}`, {
      hint: 'Check --from, and that the disk is mounted.',
    })
  }
  return implicitConfig({ name: 'any', storage }, { baseDirectory: directory, environment })
}
