import type { KeyObject } from 'node:crypto'
import { HoldfastError } from '@holdfast/plugin'
import type { SigningConfig } from '../config/types.ts'
import { readKeyFile } from '../encryption/key-file.ts'
import { parsePrivateKey, parsePublicKey, publicKeyText } from './keys.ts'
import { createSigner, type Signer } from './signature.ts'

/**
 * Reads the key that a job signs with. Refuses a job that could only make backups which it would not believe itself:
 * one with public keys of others alone.
 */
export async function openSigner({ keyFile, publicKeys }: SigningConfig): Promise<Signer> {
  if (keyFile === undefined) {
    throw new HoldfastError(
      'CONFIG_INVALID',
      'signing has public keys and no keyFile, so this machine can only read',
      {
        hint: 'Set signing.keyFile on machines that back up, or take signing out of this job.',
      },
    )
  }
  const privateKey = parsePrivateKey(await readKeyFile(keyFile, 'signing key'), keyFile)
  const publicKey = publicKeyText(privateKey)
  if (publicKeys.length > 0 && !trustedKeys(publicKeys).some((key) => publicKeyText(key) === publicKey)) {
    throw new HoldfastError(
      'CONFIG_INVALID',
      `the public key of ${keyFile} is not among signing.publicKeys`,
      {
        hint: `What it signs would be refused. Add it: ${publicKey}`,
      },
    )
  }
  return createSigner(privateKey, publicKey)
}

/** The keys whose signatures count, of texts that were checked before. */
export function trustedKeys(texts: readonly string[]): KeyObject[] {
  return texts.flatMap((text) => parsePublicKey(text) ?? [])
}
