import { HoldfastError } from '@holdfast/plugin'

/** What S3 takes for one key, in bytes. */
const keyBytes = 1024

/** Where the objects of one storage are. */
export interface Place {
  bucket: string
  /** What every key in the bucket starts with: empty, or with a slash at its end. */
  base: string
  /** The key in the bucket. Throws STORAGE_KEY_INVALID for one that could not be stored, listed or read as it is. */
  fullKey(key: string): string
  /** What keys in the bucket start with that start with the prefix in this storage. */
  fullPrefix(prefix: string): string
  /** The key in this storage, or undefined for an object that none of its calls could name. */
  ownKey(fullKey: string): string | undefined
  location(key: string): string
}

export function createPlace({ bucket, prefix }: { bucket: string; prefix: string }): Place {
  const base = prefix === '' ? '' : `${prefix}/`
  return {
    bucket,
    base,
    fullKey: (key) => {
      const why = unusableKey(key) ?? tooLong(base + key)
      if (why !== undefined) throw invalidKey(key, why)
      return base + key
    },
    fullPrefix: (prefix) => {
      const why = unusableText(prefix)
      if (why !== undefined) throw invalidKey(prefix, why)
      return base + prefix
    },
    ownKey: (fullKey) => {
      const key = fullKey.startsWith(base) ? fullKey.slice(base.length) : ''
      return unusableKey(key) === undefined ? key : undefined
    },
    location: (key) => `s3://${bucket}/${base}${key}`,
  }
}

/** What nearly all keys are, and nothing speaks against. */
const plainKey = /^\w[\w.-]*(?:\/\w[\w.-]*)*$/

/** Why a key is refused. S3 takes nearly any, but proxies, consoles and the XML of listings do not. */
export function unusableKey(key: string): string | undefined {
  if (key.length <= keyBytes && plainKey.test(key)) return undefined
  for (const part of key.split('/')) {
    if (part === '') return 'is empty, or has an empty part'
    if (part === '.' || part === '..') return `has ${part} as a part`
  }
  return unusableText(key) ?? tooLong(key)
}

function unusableText(key: string): string | undefined {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/.test(key)) return 'has a control character in it'
  if (key.includes('\\')) return 'has a backslash in it'
  if (!key.isWellFormed()) return 'has half a character in it'
  return undefined
}

function tooLong(key: string): string | undefined {
  return Buffer.byteLength(key) > keyBytes ? `has more than ${keyBytes} bytes` : undefined
}

function invalidKey(key: string, why: string): HoldfastError {
  return new HoldfastError('STORAGE_KEY_INVALID', `the key ${JSON.stringify(key)} ${why}`, {
    hint: 'Use letters, digits, dots, dashes and underscores in names of jobs and labels.',
  })
}
