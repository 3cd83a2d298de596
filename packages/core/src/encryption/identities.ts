import { HoldfastError, type Manifest, type Secret } from '@holdfast/plugin'
import { identityProblem } from '../transform/age/keys.ts'
import { unlockWith, type Unlock } from '../transform/age/unlock.ts'
import { readKeys } from './key-file.ts'

/** How encrypted objects are read. */
export interface Decryption {
  /** Absent: no key is at hand. */
  unlock?: Unlock
  /** True where what is not encrypted is not to be believed. */
  required: boolean
}

/**
 * Reads the keys of whoever wants to read backups. CONFIG_KEY_INVALID for a file that can't be read or is not one of
 * identities. Undefined where there is no key at all.
 */
export async function openIdentities(keys: {
  identityFiles: readonly string[]
  passphrases: readonly Secret[]
}): Promise<Unlock | undefined> {
  const passphrases = keys.passphrases.map((passphrase) => passphrase.reveal())
  const read = await Promise.all(
    keys.identityFiles.map((path) => readKeys(path, 'age identity', identityProblem)),
  )
  const identities = [...new Set(read.flat())]
  return identities.length + passphrases.length === 0 ? undefined : unlockWith({ identities, passphrases })
}

/** Throws VERIFY_UNENCRYPTED where a backup has to be encrypted and its manifest says that it is not. */
export function refuseUnencrypted({ name, encryption }: Manifest, decryption: Decryption | undefined): void {
  if (decryption?.required !== true || encryption !== undefined) return
  throw new HoldfastError('VERIFY_UNENCRYPTED', `${name} is not encrypted, and its job asks for encryption`, {
    hint: 'If it is from before the job was encrypted, name its place with --from, which takes no configuration. Otherwise somebody put it there.',
  })
}
