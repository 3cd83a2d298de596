import type { NotificationEvent } from './notification.ts'
import type { BackupKind, BackupObject, DumpFormat, Encryption } from './manifest.ts'
import type { StageName } from './stages.ts'
import type { Verdict } from './verifier.ts'

export type RunStatus = 'succeeded' | 'suspect' | 'partial' | 'failed' | 'cancelled'

/** An error as people and programs see it: redacted, and with what to do next. */
export interface ReportedError {
  code: string
  message: string
  hint?: string
  stage?: StageName
  plugin?: string
}

export interface ReportedBackup {
  id: string
  name: string
  kind: BackupKind
  label?: string
  format: DumpFormat
  /** Absent: its data objects are not encrypted. */
  encryption?: Encryption
  objects: BackupObject[]
  rawBytes: number
  tables: number
  /** Absent where counting is off or the kind has no rows. */
  rows?: number
}

export interface ReportedStorage {
  name: string
  plugin: string
  status: 'stored' | 'failed' | 'skipped'
  /** Where the dump is. */
  location: string
  bytes: number
  /** The key of this report in the storage, once it is kept there; so the kept report itself does not have it. */
  log?: string
  error?: ReportedError
}

export interface ReportedNotification {
  notifier: string
  plugin: string
  /** What it was to tell. */
  event: NotificationEvent
  /** Of the notification; the same when it is told again. */
  id: string
  /** quietened: not sent, because the same was told less than `repeatEveryMs` ago. */
  status: 'delivered' | 'failed' | 'quietened'
  /** How often it was tried; 0 where it was not sent. */
  attempts: number
  durationMs: number
  /** When this was a message of an earlier run that could not be sent then: RFC 3339 in UTC. */
  retryOf?: string
  error?: ReportedError
}

export interface ReportedRetention {
  storage: string
  /** Names of the backups that were deleted. */
  deleted: string[]
  /** How many were kept. */
  kept: number
  /** Objects without a manifest, and unfinished writes, that were removed. */
  orphans: number
  /** Why nothing was deleted, where that is so. */
  frozen?: string
  errors: ReportedError[]
}

export interface ReportedStage {
  name: StageName
  status: 'passed' | 'failed' | 'skipped'
  durationMs: number
}

/** Everything about one run, redacted: what the terminal, --json, the notifiers and the run log are made from. */
export interface Report {
  schemaVersion: 1
  command: 'backup'
  status: RunStatus
  job: string
  /** RFC 3339 in UTC. */
  startedAt: string
  finishedAt: string
  durationMs: number
  /** True when nothing was dumped on purpose. */
  dryRun: boolean
  /** Absent when the run ended before there was one. */
  backup?: ReportedBackup
  stages: ReportedStage[]
  storages: ReportedStorage[]
  verdicts: Verdict[]
  notifications: ReportedNotification[]
  retention: ReportedRetention[]
  warnings: string[]
  error?: ReportedError
  /** How to restore this backup with Holdfast; absent where there is no backup. */
  restoreCommand?: string
}
