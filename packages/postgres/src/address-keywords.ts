import { invalid, type ParsedAddress, type Parameters, setParameter } from './parsed-address.ts'

// A name, an equals sign, and a value that is quoted ('…' with \' and \\) or ends at white space (\ escapes that too).
const pair = /\s*([a-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'(?=\s|$)|(?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*|(?=\s|$))/isy

/** libpq's keyword/value form: `host=db port=5432 dbname='my shop'`. */
export function parseKeywords(text: string): ParsedAddress {
  const parameters: Parameters = {}
  const parsed: ParsedAddress = { parameters, password: undefined }
  pair.lastIndex = 0
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text)
    if (!match) throw unreadable()
    const [, name = '', raw = ''] = match
    const value = unquote(raw)
    if (name === 'password') parsed.password = value || undefined
    else if (/password/i.test(text)) setQuietly(parameters, name, value)
    else setParameter(parameters, name, value)
  }
  return parsed
}

function unreadable(): Error {
  return invalid(
    'The address of the database is not a list of keyword=value.',
    "Quote values with spaces: password='my secret'; write ' as \\' and \\ as \\\\ inside.",
  )
}

// What looks like a keyword may be the rest of a password with a space in it: then not even its name is repeated.
function setQuietly(parameters: Parameters, name: string, value: string): void {
  try {
    setParameter(parameters, name, value)
  } catch {
    throw invalid(
      'The address of the database has a keyword that libpq does not know or that can not be carried safely.',
      "If it belongs to the password, quote that: password='my secret'. A secret other than the password goes into a service file.",
    )
  }
}

function unquote(raw: string): string {
  const inner = raw.startsWith("'") ? raw.slice(1, -1) : raw
  return inner.replaceAll(/\\(.)/gs, '$1')
}

/** The same form, for what can not be an environment variable. Never give it a secret: it ends in argv. */
export function formatKeywords(parameters: Readonly<Parameters>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}='${value.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`)
    .join(' ')
}
