import type { Stanza } from 'age-encryption'
import { HoldfastError } from '@holdfast/plugin'
import { damage } from '../damage.ts'
import { loadAge } from './library.ts'

/**
 * Finds the file key of a header. Throws DECRYPT_KEY_WRONG where none of its keys fits, VERIFY_DECODE where the header
 * itself is damaged.
 */
export type Unlock = (header: Buffer) => Promise<Uint8Array>

/** The keys that people have. */
export interface PrivateKeys {
  /** `AGE-SECRET-KEY-1…` */
  identities: readonly string[]
  passphrases: readonly string[]
}

/** Opens with any of these keys. */
export function unlockWith({ identities, passphrases }: PrivateKeys): Unlock {
  return async (header) => {
    let wanted: string[] | undefined
    let nobodyFits = false
    const age = await loadAge()
    const decrypter = new age.Decrypter()
    // The library tries one after the other: the first is asked once the header could be parsed, and the last only
    // where none before it fits.
    decrypter.addIdentity({
      unwrapFileKey: (stanzas: Stanza[]) => {
        wanted = stanzas.map(({ args }) => args[0] ?? '')
        return null
      },
    })
    for (const identity of identities) decrypter.addIdentity(identity)
    for (const passphrase of passphrases) decrypter.addPassphrase(passphrase)
    decrypter.addIdentity({
      unwrapFileKey: () => {
        nobodyFits = true
        return null
      },
    })
    try {
      return await decrypter.decryptHeader(header)
    } catch (error) {
      if (nobodyFits) throw wrongKey(wanted ?? [], { identities, passphrases })
      throw damage(`the age header is damaged: ${(error as Error).message}`, error)
    }
  }
}

/** Opens the files whose keys these are, and no others: for whoever has written them just now. */
export function unlockWithFileKeys(fileKeys: readonly Uint8Array[]): Unlock {
  return async (header) => {
    const age = await loadAge()
    let reason: unknown
    for (const fileKey of fileKeys) {
      const decrypter = new age.Decrypter()
      decrypter.addIdentity({ unwrapFileKey: () => fileKey })
      try {
        return await decrypter.decryptHeader(header)
      } catch (error) {
        reason = error
      }
    }
    throw damage('the age header is not the one that this run wrote', reason)
  }
}

function wrongKey(wanted: readonly string[], { identities, passphrases }: PrivateKeys): HoldfastError {
  if (wanted.includes('scrypt')) {
    const have =
      passphrases.length === 0 ? 'no passphrase is at hand' : 'the passphrase at hand is not the one'
    return new HoldfastError(
      passphrases.length === 0 ? 'DECRYPT_KEY_MISSING' : 'DECRYPT_KEY_WRONG',
      `the backup is encrypted with a passphrase, and ${have}`,
      { hint: 'Set HOLDFAST_PASSPHRASE to the passphrase that the job had when the backup was made.' },
    )
  }
  const recipients = wanted.filter((type) => type === 'X25519').length
  const tried = `${identities.length} ${identities.length === 1 ? 'identity' : 'identities'}`
  return new HoldfastError(
    identities.length === 0 ? 'DECRYPT_KEY_MISSING' : 'DECRYPT_KEY_WRONG',
    identities.length === 0
      ? 'the backup is encrypted to an age recipient, and no identity is at hand'
      : `none of the ${tried} at hand is one of the ${recipients} that can read this backup`,
    {
      hint: 'Name the right file: --identity FILE, or HOLDFAST_IDENTITY. `holdfast show` lists the recipients.',
    },
  )
}
