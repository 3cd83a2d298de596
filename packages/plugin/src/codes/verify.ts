import type { ErrorCodeEntry } from './types.ts'

/** Exit code 5: a backup that can not be trusted as it is. */
export const verifyCodes = {
  VERIFY_FAILED: {
    exitCode: 5,
    meaning: 'A verifier says that the backup is damaged or incomplete.',
    fix: 'Keep it for inspection, take a new backup, and check the storage. Older backups are kept.',
  },
  VERIFY_SUSPECT: {
    exitCode: 5,
    meaning: 'The backup is whole but does not look like the ones before it; retention is frozen.',
    fix: 'Find out why. If the change is expected, run `holdfast accept <backup>`.',
  },
  VERIFY_DIGEST: {
    exitCode: 5,
    meaning: 'A stored object differs from what its manifest says: length or sha256.',
    fix: 'The object was damaged or replaced. Restore another backup.',
  },
  VERIFY_DECODE: {
    exitCode: 5,
    meaning: 'A stored object does not decrypt or decompress: a damaged, missing or extra part.',
    fix: 'The object was damaged or cut. Restore another backup.',
  },
  VERIFY_MANIFEST: {
    exitCode: 5,
    meaning: 'A manifest is truncated, not valid, or of a version that this Holdfast does not know.',
    fix: 'Upgrade Holdfast if the version is newer; otherwise the backup is damaged.',
  },
  VERIFY_SIGNATURE: {
    exitCode: 5,
    meaning: 'A manifest has no signature by a key that is trusted here: it was changed, or never signed.',
    fix: 'Do not use the backup until you know why. One from before the job signed can be read without --verify-key.',
  },
  VERIFY_UNENCRYPTED: {
    exitCode: 5,
    meaning: 'The job asks for encryption, and the backup or its object is not encrypted.',
    fix: 'If it is older than that setting, read it with --from, which takes no configuration; otherwise it was replaced.',
  },
  BACKUP_MISSED: {
    exitCode: 5,
    meaning: 'A job has no good backup that is as young as its expectEvery says.',
    fix: 'See whether the job was run at all, and how: `holdfast check` says what its last run said.',
  },
  VERIFY_COUNTS: {
    exitCode: 5,
    meaning: 'After a restore the row counts differ from those of the source.',
    fix: 'The restored database is not a copy of the source; do not use it.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
