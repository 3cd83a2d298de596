import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatKeywords } from './address-keywords.ts'
import { type Address, usesService } from './address.ts'
import { ownParameters, type ParameterName, parameterVariables } from './parameters.ts'
import type { Parameters } from './parsed-address.ts'

/** Seconds to wait for each host, where nobody says otherwise; libpq alone would wait for minutes. */
const defaultConnectTimeout = '15'

/**
 * The environment of every child that connects: the given one without its PG* variables, plus those of the address.
 * A password goes into a password file in `directory`, which must be private and outlive the children.
 */
export async function connectionEnvironment(
  address: Address,
  environment: NodeJS.ProcessEnv,
  directory: string,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {
    ...withoutConnection(environment),
    LC_MESSAGES: 'C',
    PGAPPNAME: 'holdfast',
  }
  if (environment['PGSYSCONFDIR']) variables['PGSYSCONFDIR'] = environment['PGSYSCONFDIR']
  variables['PGCONNECT_TIMEOUT'] = defaultConnectTimeout
  const parameters = { ...address.inherited, ...address.given }
  for (const [name, value] of Object.entries(parameters) as [ParameterName, string][]) {
    const variable = parameterVariables[name]
    if (variable !== undefined && !ownParameters.has(name)) variables[variable] = value
  }
  if (address.password !== undefined) {
    variables['PGPASSFILE'] = await writePasswordFile(directory, address.password.reveal())
  }
  return variables
}

// LC_ALL would override LC_MESSAGES, and LANGUAGE would translate all the same.
function withoutConnection(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !entry[0].startsWith('PG') &&
      !['LC_ALL', 'LANGUAGE', 'DATABASE_URL'].includes(entry[0]),
  )
  const localeOfAll = environment['LC_ALL']
  return { ...Object.fromEntries(kept), ...(localeOfAll ? { LC_CTYPE: localeOfAll } : {}) }
}

async function writePasswordFile(directory: string, password: string): Promise<string> {
  const path = join(directory, 'pgpass')
  await writeFile(path, `*:*:*:*:${password.replaceAll(/[:\\]/g, (character) => `\\${character}`)}\n`, {
    mode: 0o600,
  })
  await chmod(path, 0o600)
  return path
}

// A connection that died without a word is noticed within two minutes; the system's own default is two hours.
const keepalives: Parameters = { keepalives_idle: '60', keepalives_interval: '10', keepalives_count: '6' }

/**
 * What the environment can not carry, as an argument of psql, pg_dump, pg_dumpall or pg_restore; never a secret.
 * A service file comes before the environment, so beside one everything that the address itself says goes here.
 */
export function connectionArguments(address: Address): string[] {
  const entries = Object.entries(address.given) as [ParameterName, string][]
  const given = entries.filter(
    ([name]) => !ownParameters.has(name) && (usesService(address) || parameterVariables[name] === undefined),
  )
  const defaults = usesService(address) ? {} : keepalives
  return [`--dbname=${formatKeywords({ ...defaults, ...Object.fromEntries(given) })}`]
}
