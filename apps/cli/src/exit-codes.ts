/** What each exit code of `holdfast` means; docs/exit-codes.md is generated from it. */
export interface ExitCodeEntry {
  code: number
  meaning: string
}

export const exitCodes: readonly ExitCodeEntry[] = [
  { code: 0, meaning: 'done' },
  { code: 1, meaning: 'something unexpected: a defect, or a failure of this machine' },
  { code: 2, meaning: 'usage or configuration; nothing was started' },
  { code: 3, meaning: 'the database, or the PostgreSQL client programs' },
  { code: 4, meaning: 'a storage' },
  { code: 5, meaning: 'a verification failed, or the backup is suspect' },
  { code: 6, meaning: 'partial: the main work is done, something beside it failed' },
  { code: 7, meaning: 'locked: another run of the same job is under way' },
  { code: 130, meaning: 'cancelled from the keyboard (SIGINT)' },
  { code: 143, meaning: 'told to stop (SIGTERM)' },
]

/**
 * With several jobs the exit code is that of the job that went worst, in this order: cancelled first, since what came
 * after it was not tried; then no backup at all; then a backup that can not be trusted; last a backup that is there.
 */
const worstFirst: readonly number[] = [143, 130, 1, 3, 4, 2, 5, 7, 6, 0]

/** The exit code for several outcomes; 0 for none. */
export function worstExitCode(codes: readonly number[]): number {
  return worstFirst.find((code) => codes.includes(code)) ?? codes.find((code) => code !== 0) ?? 0
}
