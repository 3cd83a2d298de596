/** What each exit code of `holdfast` means. */
export const exitCodes: readonly { readonly code: number; readonly meaning: string }[] = [
  { code: 0, meaning: 'done' },
  { code: 1, meaning: 'something unexpected: a defect, or a failure of this machine' },
  { code: 2, meaning: 'usage or configuration; nothing was started' },
  { code: 3, meaning: 'the database, or the PostgreSQL client programs' },
  { code: 4, meaning: 'a storage' },
  { code: 5, meaning: 'a verification failed, or a backup is suspect or missed' },
  { code: 6, meaning: 'partial: the main work is done, something beside it failed' },
  { code: 7, meaning: 'locked: another run of the same job is under way' },
  { code: 130, meaning: 'cancelled from the keyboard (SIGINT)' },
  { code: 143, meaning: 'told to stop (SIGTERM)' },
]
