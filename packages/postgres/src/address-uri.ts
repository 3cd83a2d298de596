import { invalid, type ParsedAddress, type Parameters, setParameter } from './parsed-address.ts'

const encodingHint =
  'Percent-encode special characters in user, password and database name: @ is %40, : is %3A, / is %2F, % is %25, # is %23.'

/**
 * postgresql://[user[:password]@][host[:port][,…]][/name][?parameter=value&…], as libpq reads it, except that an
 * unescaped `@` after the user's part is refused: it is far more often a password cut in two than a name.
 */
export function parseUri(text: string): ParsedAddress {
  const rest = text.slice(text.indexOf('://') + 3)
  const userEnd = rest.search(/[@/]/)
  const hasUser = userEnd >= 0 && rest[userEnd] === '@'
  const userInfo = hasUser ? rest.slice(0, userEnd) : ''
  const afterUser = hasUser ? rest.slice(userEnd + 1) : rest
  const [, hosts = '', , name = '', , query = ''] = /^([^/?]*)(\/([^?]*))?(\?(.*))?$/s.exec(afterUser) ?? []
  refuseAmbiguity(afterUser)

  const colon = userInfo.indexOf(':')
  const rawPassword = colon < 0 ? undefined : userInfo.slice(colon + 1) || undefined
  const parameters: Parameters = {}
  setUnlessEmpty(parameters, 'user', decode(colon < 0 ? userInfo : userInfo.slice(0, colon), 'user'))
  Object.assign(parameters, parseHosts(hosts))
  setUnlessEmpty(parameters, 'dbname', decode(name, 'database name'))
  const fromQuery = parseQuery(query, parameters)
  const fromUser = rawPassword === undefined ? undefined : decode(rawPassword, 'password')
  return { parameters, password: fromQuery ?? fromUser }
}

function refuseAmbiguity(afterUser: string): void {
  if (!afterUser.includes('@')) return
  throw invalid(
    'The URL of the database can not be told apart into password, host and name: it has an unescaped "@" or "/" too many.',
    encodingHint,
  )
}

function setUnlessEmpty(parameters: Parameters, name: 'user' | 'dbname', value: string): void {
  if (value !== '') parameters[name] = value
}

function decode(text: string, what: string): string {
  try {
    const decoded = decodeURIComponent(text)
    if (decoded.includes('\0')) throw new URIError('NUL')
    return decoded
  } catch {
    throw invalid(
      `The ${what} in the URL of the database has a "%" that is not a valid percent-encoding.`,
      encodingHint,
    )
  }
}

function parseHosts(text: string): Parameters {
  if (text === '') return {}
  const parts = text.split(',').map(parseHost)
  const hosts = parts.map((part) => part.host).join(',')
  const ports = parts.map((part) => part.port)
  return {
    ...(hosts.replaceAll(',', '') === '' ? {} : { host: hosts }),
    ...(ports.every((port) => port === '') ? {} : { port: ports.join(',') }),
  }
}

function parseHost(text: string): { host: string; port: string } {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(text)
  const port = match?.[3] ?? ''
  if (!match || Number(port) > 65_535) {
    throw invalid(
      'The host and port in the URL of the database can not be read.',
      `Write them as host:5432 or [::1]:5432. ${encodingHint}`,
    )
  }
  return { host: match[1] ?? decode(match[2] ?? '', 'host'), port }
}

/** Adds the parameters after the question mark; the password, if it is among them, is returned. */
function parseQuery(query: string, parameters: Parameters): string | undefined {
  let password: string | undefined
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=')
    if (equals < 0 || pair.includes('=', equals + 1)) {
      throw invalid(
        'The part after "?" in the URL of the database is not a list of name=value.',
        encodingHint,
      )
    }
    const name = decode(pair.slice(0, equals), 'part after "?"')
    const value = decode(pair.slice(equals + 1), 'part after "?"')
    if (name === 'password') password = value || undefined
    else if (name === 'ssl' && value === 'true') parameters.sslmode = 'require'
    else setParameter(parameters, name, value)
  }
  return password
}
