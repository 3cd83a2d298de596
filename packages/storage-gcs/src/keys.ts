import { HoldfastError } from '@holdfast/plugin'

/** What the service takes for one name, in bytes of UTF-8. */
const nameBytes = 1024

/** Keys, as names in the bucket. */
export interface Keys {
  /** The object's name. Refuses every key that could not be stored as it is. */
  nameOf: (key: string) => string
  /** The start of names for the start of keys. Refuses what no key can begin with. */
  startOf: (prefix: string) => string
  /** Undefined for an object that no key can mean. */
  keyOf: (name: string) => string | undefined
}

/** `prefix` has no slash at its end. */
export function createKeys(prefix: string): Keys {
  const base = prefix === '' ? '' : `${prefix}/`
  return {
    nameOf: (key) => {
      const name = `${base}${key}`
      // By itself as well, since a key of `..` is none in any place.
      const why = whyUnusable(key) ?? whyUnusable(name)
      if (why !== undefined) throw invalidKey(key, why)
      return name
    },
    startOf: (start) => {
      const why = whyNoText(`${base}${start}`)
      if (why !== undefined) throw invalidKey(start, why)
      return `${base}${start}`
    },
    keyOf: (name) => {
      if (!name.startsWith(base)) return undefined
      const key = name.slice(base.length)
      return whyUnusable(key) === undefined ? key : undefined
    },
  }
}

/** Why a key can not be used, to be read behind it. */
export function whyUnusable(key: string): string | undefined {
  for (const part of key.split('/')) {
    if (part === '') return 'is empty, or has an empty part'
    if (part === '.' || part === '..') return `has ${part} as a part`
  }
  if (key.startsWith('.well-known/acme-challenge/')) return 'begins with .well-known/acme-challenge'
  return whyNoText(key)
}

function whyNoText(text: string): string | undefined {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'has a control character in it'
  if (!text.isWellFormed()) return 'has half a character in it'
  if (Buffer.byteLength(text) > nameBytes) return `has more than ${nameBytes} bytes, with the prefix`
  return undefined
}

function invalidKey(key: string, why: string): HoldfastError {
  return new HoldfastError('STORAGE_KEY_INVALID', `the key ${JSON.stringify(key)} ${why}`, {
    hint: 'Use letters, digits, dots, dashes and underscores in names of jobs and labels.',
  })
}
