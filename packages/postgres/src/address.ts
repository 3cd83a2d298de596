import { Secret } from '@holdfast/plugin'
import { userInfo } from 'node:os'
import { parseKeywords } from './address-keywords.ts'
import { parseUri } from './address-uri.ts'
import { ownParameters, type ParameterName, parameterVariables, redirectingParameters } from './parameters.ts'
import { invalid, type ParsedAddress, type Parameters } from './parsed-address.ts'

/** Where a database is and how to get in, in libpq's own words. Printing one never shows the password. */
export interface Address {
  /** What the URL or keyword string says. */
  readonly given: Readonly<Parameters>
  /** What the PG* variables add to it; a service file comes before them, as in libpq. */
  readonly inherited: Readonly<Parameters>
  readonly password: Secret | undefined
  /** The password in every form that could turn up in someone's error message. */
  readonly secrets: readonly Secret[]
}

/**
 * Reads a libpq URI, a libpq keyword/value string, or, where there is neither, the PG* variables. Throws
 * DATABASE_URL_INVALID, whose message never repeats a part of the text that could belong to a password.
 */
export function parseAddress(text: string | undefined, environment: NodeJS.ProcessEnv): Address {
  const parsed = text === undefined ? undefined : parseText(text.trim())
  const given = parsed?.parameters ?? {}
  const password = parsed?.password ?? (environment['PGPASSWORD'] || undefined)
  refuseUnstorable(password)
  return {
    given,
    inherited: inheritedParameters(given, environment, parsed !== undefined),
    password: password === undefined ? undefined : new Secret(password),
    secrets: passwordForms(password).map((form) => new Secret(form)),
  }
}

function parseText(text: string): ParsedAddress {
  if (/^postgres(ql)?:\/\//i.test(text)) return parseUri(text)
  if (/^['"]/.test(text))
    throw invalid(
      'The address of the database starts with a quotation mark.',
      'Remove the quotes around it; env files keep them as part of the value.',
    )
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) {
    throw invalid(
      'The address of the database does not start with postgresql://.',
      'Write it as postgresql://user@host:5432/name.',
    )
  }
  if (text.includes('=')) return parseKeywords(text)
  throw invalid(
    text === ''
      ? 'The address of the database is empty.'
      : 'The address of the database is neither a URL nor a list of keywords.',
    'Write it as postgresql://user@host:5432/name or as "host=… dbname=…", or leave it out to use the PG* variables.',
  )
}

function refuseUnstorable(password: string | undefined): void {
  if (password !== undefined && /[\0\r\n]/.test(password)) {
    throw invalid(
      'The password of the database contains a line break or a NUL, which a password file can not hold.',
      'Check for a trailing %0A or line break; if the password really has one, change it.',
    )
  }
}

function inheritedParameters(
  given: Parameters,
  environment: NodeJS.ProcessEnv,
  isGiven: boolean,
): Parameters {
  const inherited: Parameters = {}
  for (const [name, variable] of Object.entries(parameterVariables) as [
    ParameterName,
    string | undefined,
  ][]) {
    const value = variable === undefined ? undefined : environment[variable]
    if (!value || given[name] !== undefined || ownParameters.has(name)) continue
    if (isGiven && redirectingParameters.has(name)) continue
    inherited[name] = value
  }
  return inherited
}

// What is written is redacted in every encoding; a password that looks encoded may also be shown decoded once more.
function passwordForms(password: string | undefined): string[] {
  if (password === undefined) return []
  return [...new Set([password, decodedOnce(password)])].toSorted((a, b) => b.length - a.length)
}

function decodedOnce(password: string): string {
  try {
    return decodeURIComponent(password)
  } catch {
    return password
  }
}

/** The value that libpq will use, as far as that can be told without reading a service file. */
export function parameterOf(address: Address, name: ParameterName): string | undefined {
  return address.given[name] ?? (usesService(address) ? undefined : address.inherited[name])
}

/** True when a service file has a say in where this goes. */
export function usesService(address: Address): boolean {
  return address.given.service !== undefined || address.inherited.service !== undefined
}

/** user@host:port/name for messages, without the password; parts that only libpq knows are left out. */
export function describeAddress(address: Address): string {
  const service = address.given.service ?? address.inherited.service
  const user = parameterOf(address, 'user') ?? (service ? undefined : userInfo().username)
  const host = parameterOf(address, 'host') ?? parameterOf(address, 'hostaddr')
  const name = parameterOf(address, 'dbname') ?? (service ? undefined : user)
  const place = host
    ? hostsWithPorts(host, parameterOf(address, 'port'))
    : service
      ? `service=${service}`
      : '[local]'
  return `${user ? `${user}@` : ''}${place}${name ? `/${name}` : ''}`
}

function hostsWithPorts(hosts: string, ports: string | undefined): string {
  const port = (ports ?? '5432').split(',')
  return hosts
    .split(',')
    .map((host, index) => {
      const own = (port.length === 1 ? port[0] : port[index]) || '5432'
      return host.includes(':') ? `[${host}]:${own}` : `${host}:${own}`
    })
    .join(',')
}

/** The same server and user, another database. */
export function withDatabase(address: Address, name: string): Address {
  return { ...address, given: { ...address.given, dbname: name } }
}
