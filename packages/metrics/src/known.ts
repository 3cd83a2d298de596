import type { Manifest, ReportedNotification, ReportedRetention, Report, Verdict } from '@holdfast/plugin'

// The parts of what core knows that are measured; core's own types have them all.

export interface KnownJob {
  name: string
  /** How old the newest good backup may get, in milliseconds; absent: nobody looks. */
  expectEveryMs?: number
  /** `limitBytes`: how much the job's backups may take there. */
  storages: readonly { name: string; limitBytes?: number }[]
  notifiers: readonly { name: string }[]
}

/** One storage's copy of a backup. */
export interface KnownCopy {
  storage: string
  startedAt: Date
  /** Absent when the manifest can not be read, or not be trusted. */
  manifest?: Manifest
  /** `restored`, `archive`, `stored` and `attested` are good, `failed` and `invalid` are bad. */
  verification: string
  /** When somebody last looked at it; absent where nobody has. */
  verifiedAt?: Date
  /** The last verdict of each verifier. */
  verdicts: readonly Verdict[]
  suspect: boolean
  /** Somebody said that it is as it should be: it is the new measure. */
  accepted: boolean
}

export interface KnownBackup {
  copies: readonly KnownCopy[]
}

/** The parts of a run's report that are measured. */
export type KnownReport = Pick<
  Report,
  'job' | 'status' | 'startedAt' | 'durationMs' | 'dryRun' | 'storages' | 'verdicts' | 'error'
> & { notifications: readonly KnownNotification[]; retention: readonly KnownRetention[] }

export type KnownNotification = Pick<ReportedNotification, 'notifier' | 'status'>

export type KnownRetention = Pick<ReportedRetention, 'storage' | 'deleted' | 'orphans' | 'frozen' | 'errors'>
