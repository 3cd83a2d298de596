import type { StorageStatus, Verdict } from '@holdfast/plugin'
import { Registry } from 'prom-client'
import { createErrorCodes } from './error-codes.ts'
import type { KnownBackup, KnownJob, KnownNotification, KnownReport, KnownRetention } from './known.ts'
import { metricFamilies } from './metric-families.ts'
import { registerFamilies } from './register.ts'
import {
  count,
  countVerdicts,
  newJobState,
  notificationStatuses,
  storageState,
  type JobState,
} from './state.ts'
import { storageFacts } from './storage-facts.ts'

/** What Prometheus is told. Gauges come from what the storages know, so that they are right after a restart. */
export interface Metrics {
  readonly registry: Registry
  readonly contentType: string
  /**
   * What the storages know of a job, all of it again each time.
   *
   * @param known.backups every one of the job
   * @param known.reports of its last runs, newest first
   * @param known.firstSeenAt since when a job without a good backup is known
   * @param known.unread storages that did not answer: what was known of them stays
   */
  jobKnown(known: {
    job: KnownJob
    backups: readonly KnownBackup[]
    reports: readonly KnownReport[]
    firstSeenAt?: Date | undefined
    unread?: readonly string[]
  }): void
  /** A run has ended; one that dumped nothing on purpose counts for nothing. */
  runFinished(report: KnownReport): void
  /** A backup was verified again, outside of a run. */
  verified(event: { job: string; verdicts: readonly Verdict[] }): void
  /** Backups were let go, outside of a run. */
  pruned(event: { job: string; retention: readonly KnownRetention[] }): void
  /** People were told something outside of a run. */
  notified(event: { job: string; notifications: readonly KnownNotification[] }): void
  /** It was looked whether a good backup is missed. */
  checked(event: { job: string; status: 'kept' | 'awaited' | 'missed' | 'unexpected'; at: Date }): void
  /** A storage was asked; undefined where it did not answer. */
  storageChecked(event: { job: string; storage: string; status: StorageStatus | undefined }): void
  /** Undefined where the task has no schedule any more. */
  nextRun(event: { job: string; task: string; at: Date | undefined }): void
  /** Nothing was there when a task was due. */
  missed(event: { job: string; task: string; count?: number }): void
  /** The configuration no longer has the job. */
  forget(job: string): void
  /** In the text format of Prometheus. */
  text(): Promise<string>
}

/**
 * @param options.registry one that others are served from too; a new one unless given
 * @param options.now the clock that ages are told by; without one there are no ages
 */
export function createMetrics({
  registry = new Registry(),
  now,
}: { registry?: Registry; now?: () => Date } = {}): Metrics {
  const jobs = new Map<string, JobState>()
  const codeOf = createErrorCodes()
  registerFamilies(registry, metricFamilies, jobs, now)

  const stateOf = (name: string): JobState => {
    const state = jobs.get(name) ?? newJobState(name)
    jobs.set(name, state)
    return state
  }

  const tellPruned = (state: JobState, retention: readonly KnownRetention[]): void => {
    notePrune(state, retention)
    for (const { storage, deleted, orphans, errors } of retention) {
      count(state, 'prunedBackups', { storage }, deleted.length)
      count(state, 'prunedOrphans', { storage }, orphans)
      for (const { code } of errors) count(state, 'pruneErrors', { storage, code: codeOf(code) })
    }
  }

  const tellNotified = (state: JobState, notifications: readonly KnownNotification[]): void => {
    noteNotifications(state, notifications)
    for (const { notifier, status } of notifications) count(state, 'notifications', { notifier, status })
  }

  const noteRun = (state: JobState, report: KnownReport): void => {
    state.lastRun = {
      status: report.status,
      code: report.error === undefined ? '' : codeOf(report.error.code),
      startedAt: new Date(report.startedAt),
      durationMs: report.durationMs,
    }
  }

  return {
    registry,
    contentType: registry.contentType,
    jobKnown: ({ job, backups, reports, firstSeenAt, unread = [] }) => {
      const state = stateOf(job.name)
      if (job.expectEveryMs === undefined) delete state.expectEveryMs
      else state.expectEveryMs = job.expectEveryMs
      if (firstSeenAt === undefined) delete state.firstSeenAt
      else state.firstSeenAt = firstSeenAt
      keepOnly(state.storages, job.storages)
      keepOnly(state.lastNotifications, job.notifiers)
      for (const { name: notifier } of job.notifiers) {
        for (const status of notificationStatuses) count(state, 'notifications', { notifier, status }, 0)
      }
      const copies = backups.flatMap((backup) => backup.copies)
      for (const { name, limitBytes } of job.storages) {
        const storage = storageState(state, name)
        if (limitBytes === undefined) delete storage.limitBytes
        else storage.limitBytes = limitBytes
        if (unread.includes(name)) continue
        storage.facts = storageFacts(copies.filter((copy) => copy.storage === name))
      }
      const told = reports.filter(({ dryRun }) => !dryRun)
      // The oldest first, so that what the newest says stays.
      for (const report of told.toReversed()) {
        const isKnown = state.lastRun !== undefined && new Date(report.startedAt) <= state.lastRun.startedAt
        if (isKnown) continue
        noteRun(state, report)
        notePrune(state, report.retention)
        noteNotifications(state, report.notifications)
        keepOnly(state.storages, job.storages)
        keepOnly(state.lastNotifications, job.notifiers)
      }
    },
    runFinished: (report) => {
      if (report.dryRun) return
      const state = stateOf(report.job)
      // The last run is the one that had the job's lock; who was refused it is only counted.
      if (report.error?.code !== 'RUN_LOCKED') noteRun(state, report)
      count(state, 'runs', { status: report.status })
      if (report.error !== undefined) count(state, 'runFailures', { code: codeOf(report.error.code) })
      for (const { name: storage, status, bytes } of report.storages)
        if (status === 'stored') count(state, 'storedBytes', { storage }, bytes)
      countVerdicts(state, report.verdicts)
      tellNotified(state, report.notifications)
      tellPruned(state, report.retention)
    },
    verified: ({ job, verdicts }) => countVerdicts(stateOf(job), verdicts),
    pruned: ({ job, retention }) => tellPruned(stateOf(job), retention),
    notified: ({ job, notifications }) => tellNotified(stateOf(job), notifications),
    checked: ({ job, status, at }) => {
      if (status !== 'unexpected') stateOf(job).lastCheck = { missed: status === 'missed', at }
    },
    storageChecked: ({ job, storage, status }) => {
      const known = storageState(stateOf(job), storage)
      known.up = status !== undefined
      if (status?.freeBytes === undefined) delete known.freeBytes
      else known.freeBytes = status.freeBytes
    },
    nextRun: ({ job, task, at }) => {
      const state = stateOf(job)
      if (at === undefined) state.nextRuns.delete(task)
      else state.nextRuns.set(task, at)
      count(state, 'missedRuns', { task }, 0)
    },
    missed: ({ job, task, count: times = 1 }) => count(stateOf(job), 'missedRuns', { task }, times),
    forget: (job) => void jobs.delete(job),
    text: () => registry.metrics(),
  }
}

function notePrune(state: JobState, retention: readonly KnownRetention[]): void {
  for (const { storage, frozen, errors } of retention)
    storageState(state, storage).lastPrune = { frozen: frozen !== undefined, errors: errors.length }
}

/** One that was kept quiet says nothing of whether the notifier works. */
function noteNotifications(state: JobState, notifications: readonly KnownNotification[]): void {
  for (const { notifier, status } of notifications)
    if (status !== 'quietened') state.lastNotifications.set(notifier, status)
}

function keepOnly(known: Map<string, unknown>, named: readonly { name: string }[]): void {
  const names = new Set(named.map(({ name }) => name))
  for (const name of known.keys()) if (!names.has(name)) known.delete(name)
}
