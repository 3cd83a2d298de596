import type { Encryption, Secret } from '@holdfast/plugin'
import type { EncryptionConfig } from '../config/types.ts'
import { createHeader, type AgeHeader } from '../transform/age/header.ts'
import { recipientProblem } from '../transform/age/keys.ts'
import { passphraseRecipient } from '../transform/age/passphrase.ts'
import { readKeys } from './key-file.ts'

/** Encrypts what a run stores. It can write and never read. */
export interface Sealer {
  /** For the manifest. */
  encryption: Encryption
  /** For one new object. */
  createHeader(): Promise<AgeHeader>
}

/** Reads whom a job encrypts to. CONFIG_KEY_INVALID for a file that can't be read or is not one of recipients. */
export async function openRecipients(config: EncryptionConfig): Promise<Sealer> {
  const { passphrase } = config
  if (passphrase !== undefined) return passphraseSealer(passphrase)
  const fromFiles = await Promise.all(
    config.recipientsFiles.map((path) => readKeys(path, 'age recipient', recipientProblem)),
  )
  const recipients = [...new Set([...config.recipients, ...fromFiles.flat()])]
  return {
    encryption: { algorithm: 'age', recipients },
    createHeader: () =>
      createHeader((encrypter) => {
        for (const recipient of recipients) encrypter.addRecipient(recipient)
      }),
  }
}

function passphraseSealer(passphrase: Secret): Sealer {
  return {
    encryption: { algorithm: 'age', recipients: ['passphrase'] },
    createHeader: () =>
      createHeader((encrypter) => encrypter.addRecipient(passphraseRecipient(passphrase.reveal()))),
  }
}
