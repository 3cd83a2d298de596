import type { ErrorCodeEntry } from './types.ts'

/** Exit code 4: a place where backups are kept. */
export const storageCodes = {
  STORAGE_NOT_FOUND: {
    exitCode: 4,
    meaning: 'The object asked for is not in the storage.',
    fix: 'Run `holdfast list`; if a manifest names the object, the backup is damaged.',
  },
  STORAGE_EXISTS: {
    exitCode: 4,
    meaning: 'A create-only write found an object already there.',
    fix: 'Nothing was overwritten. Another run of the same job in the same second is the usual cause.',
  },
  STORAGE_PERMISSION: {
    exitCode: 4,
    meaning: 'The storage refused the operation to this user.',
    fix: 'Grant what the error names.',
  },
  STORAGE_FULL: {
    exitCode: 4,
    meaning: 'The storage has no room left.',
    fix: 'Free some space or lower the retention, then run again; nothing partial was kept.',
  },
  STORAGE_READ_ONLY: {
    exitCode: 4,
    meaning: 'The storage is mounted read-only.',
    fix: 'Mount it read-write, or choose another directory.',
  },
  STORAGE_UNAVAILABLE: {
    exitCode: 4,
    meaning: 'The storage is not there or does not answer: a missing mount, a missing bucket, a dead host.',
    fix: 'Check that the disk is mounted or the service reachable.',
  },
  STORAGE_KEY_INVALID: {
    exitCode: 4,
    meaning: 'A key would leave the storage or can not be stored as it is.',
    fix: 'Use a job name of letters, digits, dots, dashes and underscores.',
  },
  STORAGE_LENGTH: {
    exitCode: 4,
    meaning: 'What was stored is not as long as what was sent.',
    fix: 'Nothing was kept. Check the storage, then run again.',
  },
  STORAGE_RANGE: {
    exitCode: 4,
    meaning: 'A range outside the object was asked for.',
    fix: 'The object is shorter than its manifest says: verify the backup.',
  },
  STORAGE_PROMISE_BROKEN: {
    exitCode: 4,
    meaning: 'The storage does not do what every storage has to do.',
    fix: 'Do not keep backups there until it does; tell whoever wrote the plugin or runs the service.',
  },
  STORAGE_FAILED: {
    exitCode: 4,
    meaning: 'The storage failed in a way of its own.',
    fix: 'The error carries what it said.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
