import type { Secret } from '@holdfast/plugin'
import type { Address } from './address.ts'

/** Below this length a secret is redacted only where it stands alone, or every message would be full of holes. */
const shortestAnywhere = 4

const patterns = new WeakMap<Secret, RegExp>()

/** Text without the password of this address, in any of the forms in which a program may repeat it. */
export function redact(text: string, address: Pick<Address, 'secrets'>): string {
  return address.secrets.reduce(
    (redacted, secret) => redacted.replaceAll(patternOf(secret), '[secret]'),
    text,
  )
}

/** The last 4 KB of what a program printed, fit to be shown. */
export function redactTail(text: string, address: Pick<Address, 'secrets'>): string {
  return redact(text, address).slice(-4_096)
}

function patternOf(secret: Secret): RegExp {
  const known = patterns.get(secret)
  if (known) return known
  const value = secret.reveal()
  const forms = Array.from(value, formsOf).join('')
  const isShort = value.length < shortestAnywhere
  const pattern = new RegExp(isShort ? `(?<![\\p{L}\\p{N}])${forms}(?![\\p{L}\\p{N}])` : forms, 'gu')
  patterns.set(secret, pattern)
  return pattern
}

// A character as it is, with a backslash before it, or percent-encoded in either case.
function formsOf(character: string): string {
  const literal = character.replace(/[.*+?^${}()|[\]\\/]/, String.raw`\$&`)
  const bytes = Array.from(
    Buffer.from(character),
    (byte) => `%${caseless(byte.toString(16).padStart(2, '0'))}`,
  )
  return `(?:\\\\?${literal}|${bytes.join('')})`
}

function caseless(hex: string): string {
  return hex.replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}
