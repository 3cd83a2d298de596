import type { Report, ReportedError } from './report.ts'

/** What people can be told of, in the order in which a run can come to it. */
export const notificationEvents = [
  'backup.started',
  'backup.succeeded',
  /** The first success after a failure; told in place of `backup.succeeded`. */
  'backup.recovered',
  'backup.suspect',
  'backup.partial',
  'backup.failed',
  'verify.failed',
  'prune.failed',
  /** No success within the job's `expectEvery`. */
  'backup.missed',
] as const

export type NotificationEvent = (typeof notificationEvents)[number]

/** What is known of the job besides this run. */
export interface JobHistory {
  /** The newest backup that a verifier has seen whole, this run's included. */
  lastVerified?: { id: string; name: string; startedAt: string }
  /** Stored bytes of backups of the same kind and selection, oldest first, 30 at most; this run's is the last. */
  sizes: { startedAt: string; bytes: number }[]
  /** How many runs in a row have failed, this one included; 0 after a success. */
  failures: number
  /** When the first of them started; after a recovery, the first of the runs before it that were not good. */
  failingSince?: string
}

/** What a notifier is to tell people. Redacted: there is no secret in it. */
export interface Notification {
  schemaVersion: 1
  /** Unique to what happened, and the same when it is told again. */
  id: string
  event: NotificationEvent
  job: string
  /** When it happened: RFC 3339 in UTC. */
  at: string
  /** True for what `holdfast notify test` sends. */
  test: boolean
  /** What happened, in one sentence; that of a message which is late begins with that. */
  summary: string
  /** The run; absent for what happened outside of one. */
  report?: Report
  /** What went wrong, and what to do about it. */
  error?: ReportedError
  history: JobHistory
  /** When the job's schedule runs it next: RFC 3339 in UTC. */
  nextRunAt?: string
  commands: {
    /** To look further. */
    look: string
    /** To restore the backup of this run, or else the last verified one; absent where there is none. */
    restore?: string
  }
  /** How many failures since the last message were not told, because of `repeatEveryMs`. */
  quietened: number
}
