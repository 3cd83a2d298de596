import type { ErrorCodeEntry } from './types.ts'

/** How a run itself can end. */
export const runCodes = {
  RUN_PARTIAL: {
    exitCode: 6,
    meaning: 'The backup is in its primary storage, but another storage failed.',
    fix: 'Mend the storage that the report names; the next run stores there again.',
  },
  PRUNE_INCOMPLETE: {
    exitCode: 6,
    meaning: 'Some backups that should have been deleted could not be; the others were.',
    fix: 'The report names each one with its error; run `holdfast prune` again.',
  },
  RUN_LOCKED: {
    exitCode: 7,
    meaning: 'Another run of the same job is under way.',
    fix: 'Wait for it; the error names its server process and since when it holds the lock.',
  },
  RUN_INTERRUPTED: {
    exitCode: 130,
    meaning: 'The run was cancelled from the keyboard (SIGINT).',
    fix: 'What it had written was removed; run again.',
  },
  RUN_TERMINATED: {
    exitCode: 143,
    meaning: 'The run was told to stop (SIGTERM).',
    fix: 'What it had written was removed; run again.',
  },
  INTERNAL: {
    exitCode: 1,
    meaning: 'Something happened that Holdfast does not expect; this is a defect.',
    fix: 'Report it with the output of the same command and --json.',
  },
} as const satisfies Record<string, ErrorCodeEntry>
