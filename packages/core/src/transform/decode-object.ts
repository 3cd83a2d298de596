import { pipeline, type Readable } from 'node:stream'
import { HoldfastError, type Manifest } from '@holdfast/plugin'
import { decryptAge } from './age/decrypt.ts'
import type { Unlock } from './age/unlock.ts'
import { decode } from './decode.ts'

/**
 * Turns the stored bytes of an object into what pg_restore or psql reads. Damage destroys the stream with VERIFY_DECODE,
 * a key that is missing or wrong with DECRYPT_KEY_MISSING or DECRYPT_KEY_WRONG; an error on either side destroys both.
 */
export function decodeObject(
  stored: Readable,
  { name, compression, encryption }: Manifest,
  unlock: Unlock | undefined,
): Readable {
  if (encryption === undefined) return pipeline(stored, decode(compression), () => {})
  const open = unlock ?? (() => Promise.reject(keyMissing(name)))
  const decrypt = (source: AsyncIterable<Buffer>) => decryptAge(open, source)
  return pipeline(stored, decrypt, decode(compression), () => {})
}

function keyMissing(name: string): HoldfastError {
  return new HoldfastError('DECRYPT_KEY_MISSING', `${name} is encrypted, and no key is at hand`, {
    hint: 'Name the file with the identity: --identity FILE, or HOLDFAST_IDENTITY; a passphrase goes into HOLDFAST_PASSPHRASE.',
  })
}
