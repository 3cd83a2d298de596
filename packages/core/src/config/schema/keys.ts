import { z } from 'zod'
import { text } from './values.ts'

export const encryption = z
  .strictObject({
    recipients: z
      .array(text)
      .default([])
      .describe(
        'Whom to encrypt to: age recipients, `age1…`. They are no secret; `holdfast keygen` makes one.',
      ),
    recipientsFiles: z
      .array(text)
      .default([])
      .describe('Files with a recipient in each line, relative to this file.'),
    passphrase: text
      .optional()
      .describe(
        'Encrypt with a passphrase in place of recipients. Whoever can back up can then read as well.',
      ),
    identityFiles: z
      .array(text)
      .default([])
      .describe(
        'Files with the private keys that read backups. Only for machines that verify and restore; a machine that backs up needs none.',
      ),
  })
  .describe(
    'Encrypt with age before anything leaves the process. Left out, backups are not encrypted; with it, no other backup is believed.',
  )

export const signing = z
  .strictObject({
    keyFile: text
      .optional()
      .describe('The private Ed25519 key, in PEM, that signs manifests. Only for machines that back up.'),
    publicKeys: z
      .array(text)
      .default([])
      .describe(
        'The public keys whose signatures count: PEM, or the line of base64 in it. With them, a backup without a good signature is invalid.',
      ),
  })
  .describe('Sign manifests, so that nobody can change a backup or put another one in its place unnoticed.')
