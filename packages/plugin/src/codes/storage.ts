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
  STORAGE_BUCKET_MISSING: {
    exitCode: 4,
    meaning: 'There is no bucket of this name, or not in this account.',
    fix: 'Check the name, the region and the endpoint; Holdfast never makes a bucket.',
  },
  STORAGE_REGION: {
    exitCode: 4,
    meaning: 'The bucket is in another region than the one that was asked.',
    fix: 'Set the region, or the endpoint, that the error names.',
  },
  STORAGE_CREDENTIALS: {
    exitCode: 4,
    meaning: 'The credentials of the storage are missing, wrong or expired.',
    fix: 'Renew them where the error says that they were looked for.',
  },
  STORAGE_CLOCK_SKEW: {
    exitCode: 4,
    meaning: 'The clocks of this machine and of the storage are too far apart for requests to be signed.',
    fix: 'Set the clock of this machine, or run NTP.',
  },
  STORAGE_THROTTLED: {
    exitCode: 4,
    meaning: 'The storage takes no more requests for now, and went on saying so.',
    fix: 'Run again later; run fewer jobs at the same time.',
  },
  STORAGE_TIMEOUT: {
    exitCode: 4,
    meaning: 'The storage did not answer a request in time.',
    fix: 'Check the network in between; requestTimeoutMs of the storage and dump.stallTimeoutMs say how long to wait.',
  },
  STORAGE_TLS: {
    exitCode: 4,
    meaning: 'The connection to the storage could not be secured.',
    fix: 'Check the endpoint and its certificate; for an authority of your own set NODE_EXTRA_CA_CERTS.',
  },
  STORAGE_CHECKSUM: {
    exitCode: 4,
    meaning: 'The storage holds other bytes than were sent.',
    fix: 'Nothing was kept. Run again; if it happens again, do not keep backups there.',
  },
  STORAGE_IGNORED: {
    exitCode: 4,
    meaning:
      'The storage took an object and silently ignored what was asked of it: encryption, lock or class.',
    fix: 'Leave the option out, or use a storage that honours it.',
  },
  STORAGE_TOO_LARGE: {
    exitCode: 4,
    meaning: 'The backup can not fit into one object of this storage.',
    fix: 'Raise the part size, or leave large tables to a job of their own.',
  },
  STORAGE_LOCKED: {
    exitCode: 4,
    meaning: 'The object may not be deleted yet: a lock, a hold or a retention policy keeps it.',
    fix: 'Nothing: it is deleted by a later prune once the lock has ended.',
  },
  STORAGE_FAILED: {
    exitCode: 4,
    meaning: 'The storage failed in a way of its own.',
    fix: 'The error carries what it said.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
