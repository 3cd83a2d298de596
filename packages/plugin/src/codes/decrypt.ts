import type { ErrorCodeEntry } from './types.ts'

/** Exit code 2: the key that was given, or its absence, is no word against the backup. */
export const decryptCodes = {
  DECRYPT_KEY_MISSING: {
    exitCode: 2,
    meaning: 'The backup is encrypted, and no key to read it with is at hand.',
    fix: 'Name the file with the identity: --identity FILE, or HOLDFAST_IDENTITY; a passphrase goes into HOLDFAST_PASSPHRASE.',
  },
  DECRYPT_KEY_WRONG: {
    exitCode: 2,
    meaning: 'The backup is encrypted, and none of the keys at hand opens it.',
    fix: 'Use the identity that belongs to one of the recipients in the manifest; `holdfast show` lists them.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
