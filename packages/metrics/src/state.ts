import type { RunStatus, Verdict } from '@holdfast/plugin'
import type { StorageFacts } from './storage-facts.ts'

/** What is known of one job: all that a scrape is answered from. */
export interface JobState {
  name: string
  expectEveryMs?: number
  /** Only of a job without a good backup. */
  firstSeenAt?: Date
  storages: Map<string, StorageState>
  lastRun?: LastRun
  /** By notifier, what came of the last message. */
  lastNotifications: Map<string, NotificationStatus>
  /** By task, when it is due next. */
  nextRuns: Map<string, Date>
  lastCheck?: { missed: boolean; at: Date }
  counts: Counts
}

export interface StorageState {
  facts?: StorageFacts
  /** Whether it answered when it was last asked. */
  up?: boolean
  freeBytes?: number
  limitBytes?: number
  lastPrune?: { frozen: boolean; errors: number }
}

interface LastRun {
  status: RunStatus
  /** Empty where there was no error. */
  code: string
  startedAt: Date
  durationMs: number
}

export type NotificationStatus = 'delivered' | 'failed' | 'quietened'

/** Values of a metric's labels, without the job's. */
export type LabelValues = Readonly<Record<string, string>>

/** What only ever grows, by metric and labels. */
type Counts = Map<CountedMetric, Map<string, { labels: LabelValues; value: number }>>

export type CountedMetric =
  | 'runs'
  | 'runFailures'
  | 'storedBytes'
  | 'verdicts'
  | 'notifications'
  | 'prunedBackups'
  | 'prunedOrphans'
  | 'pruneErrors'
  | 'missedRuns'

const runStatuses: readonly RunStatus[] = ['succeeded', 'suspect', 'partial', 'failed', 'cancelled']
export const notificationStatuses: readonly NotificationStatus[] = ['delivered', 'failed', 'quietened']

export function newJobState(name: string): JobState {
  const state: JobState = {
    name,
    storages: new Map(),
    lastNotifications: new Map(),
    nextRuns: new Map(),
    counts: new Map(),
  }
  // A counter that is there with 0 before the first failure makes that failure an increase.
  for (const status of runStatuses) count(state, 'runs', { status }, 0)
  // Of the codes this is the one that leaves no report, so that nothing but its increase tells of it.
  count(state, 'runFailures', { code: 'RUN_LOCKED' }, 0)
  return state
}

export function storageState(state: JobState, storage: string): StorageState {
  const known = state.storages.get(storage)
  if (known !== undefined) return known
  const fresh: StorageState = {}
  state.storages.set(storage, fresh)
  return fresh
}

export function count(state: JobState, metric: CountedMetric, labels: LabelValues, by = 1): void {
  const counts = state.counts.get(metric) ?? new Map<string, { labels: LabelValues; value: number }>()
  state.counts.set(metric, counts)
  const key = JSON.stringify(labels)
  const known = counts.get(key)
  counts.set(key, { labels, value: (known?.value ?? 0) + by })
}

export function countVerdicts(state: JobState, verdicts: readonly Verdict[]): void {
  for (const { storage, verifier, status } of verdicts)
    count(state, 'verdicts', { storage, verifier, status })
}
