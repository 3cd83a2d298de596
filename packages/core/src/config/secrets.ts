import { Secret } from '@holdfast/plugin'
import { isRecord, leaves } from './tree.ts'

/** Variables whose values are kept out of everything that is written. */
const secretName = /PASS|SECRET|TOKEN|KEY|CREDENTIAL|WEBHOOK|AUTH|PRIVATE|SIGNATURE|SALT/i

export function soundsSecret(variable: string): boolean {
  return secretName.test(variable)
}

/** The passwords that stand in URLs and connection strings anywhere in a value, as written and as decoded; and age identities. */
export function passwordsIn(value: unknown): string[] {
  return leaves(value).flatMap(({ value: leaf }) => (typeof leaf === 'string' ? passwordsInText(leaf) : []))
}

/** The passphrases that jobs encrypt with. Nothing about the form of the configuration is taken for granted. */
export function passphrasesIn(value: unknown): string[] {
  const jobs = isRecord(value) && isRecord(value['jobs']) ? Object.values(value['jobs']) : []
  return jobs.flatMap((job) => {
    const encryption = isRecord(job) ? job['encryption'] : undefined
    const passphrase = isRecord(encryption) ? encryption['passphrase'] : undefined
    return typeof passphrase === 'string' ? [passphrase] : []
  })
}

/** One Secret for each different value that is not empty. */
export function secretsOf(values: Iterable<string>): Secret[] {
  return [...new Set(values)].filter((value) => value !== '').map((value) => new Secret(value))
}

function passwordsInText(text: string): string[] {
  const written = [
    // To the last @, since passwords with an unescaped one are what people get wrong.
    ...text.matchAll(/^[a-z][a-z0-9+.-]*:\/\/[^:/@]*:(.*)@/gi),
    ...text.matchAll(/[?&](?:password|sslpassword)=([^&#]*)/gi),
    ...text.matchAll(/\b(?:password|sslpassword)\s*=\s*'((?:[^'\\]|\\.)*)'/gi),
    ...text.matchAll(/\b(?:password|sslpassword)\s*=\s*([^\s'&]+)/gi),
    ...text.matchAll(/(AGE-SECRET-KEY-[A-Z0-9-]+)/gi),
  ].map((match) => match[1] ?? '')
  return written.flatMap((password) => [password, password.replace(/\\(.)/g, '$1'), decoded(password)])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What libpq, the AWS SDK and Holdfast take from the environment by themselves, whatever the configuration says. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>>): string[] {
  const names = [
    'PGPASSWORD',
    'PGSSLPASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'HOLDFAST_PASSPHRASE',
  ]
  return names.map((name) => environment[name]).filter((value) => value !== undefined)
}

/** Every Secret in a value, whichever copy of @holdfast/plugin made it. */
export function secretsIn(value: unknown): Secret[] {
  return leaves(value).flatMap(({ value: leaf }) => (isSecret(leaf) ? [leaf] : []))
}

function isSecret(value: unknown): value is Secret {
  return value instanceof Object && value.constructor.name === 'Secret' && 'reveal' in value
}
