import { seconds, single, type Family } from './family.ts'
import type { CountedMetric } from './state.ts'

/** What is known of jobs as a whole. */
export const jobFamilies: readonly Family[] = [
  {
    name: 'holdfast_expected_interval_seconds',
    help: 'How old the newest good backup may get, as expectEvery says; 0 where it says nothing.',
    type: 'gauge',
    labels: [],
    samples: ({ expectEveryMs = 0 }) => single(expectEveryMs / 1000),
  },
  {
    name: 'holdfast_first_seen_timestamp_seconds',
    help: 'Since when a job without a good backup is known; its first one may take as long as any other.',
    type: 'gauge',
    labels: [],
    samples: ({ firstSeenAt }) => single(firstSeenAt && seconds(firstSeenAt)),
  },
  {
    name: 'holdfast_last_run_timestamp_seconds',
    help: 'When the last run started, good or bad.',
    type: 'gauge',
    labels: [],
    samples: ({ lastRun }) => single(lastRun && seconds(lastRun.startedAt)),
  },
  {
    name: 'holdfast_last_run_duration_seconds',
    help: 'How long the last run took.',
    type: 'gauge',
    labels: [],
    samples: ({ lastRun }) => single(lastRun && lastRun.durationMs / 1000),
  },
  {
    name: 'holdfast_last_run_result',
    help: 'How the last run ended, and the code of its error: always 1.',
    type: 'gauge',
    labels: ['status', 'code'],
    samples: ({ lastRun }) =>
      lastRun === undefined ? [] : [{ labels: { status: lastRun.status, code: lastRun.code }, value: 1 }],
  },
  {
    name: 'holdfast_next_run_timestamp_seconds',
    help: 'When the schedule runs a task next.',
    type: 'gauge',
    labels: ['task'],
    samples: ({ nextRuns }) => [...nextRuns].map(([task, at]) => ({ labels: { task }, value: seconds(at) })),
  },
  {
    name: 'holdfast_last_notification',
    help: 'What came of the last message through a notifier: always 1.',
    type: 'gauge',
    labels: ['notifier', 'status'],
    samples: ({ lastNotifications }) =>
      [...lastNotifications].map(([notifier, status]) => ({ labels: { notifier, status }, value: 1 })),
  },
  {
    name: 'holdfast_last_check_timestamp_seconds',
    help: 'When it was last looked whether a good backup is missed.',
    type: 'gauge',
    labels: [],
    samples: ({ lastCheck }) => single(lastCheck && seconds(lastCheck.at)),
  },
  {
    name: 'holdfast_last_check_missed',
    help: 'Whether the last look found that a good backup is missed: 1 or 0.',
    type: 'gauge',
    labels: [],
    samples: ({ lastCheck }) => single(lastCheck && Number(lastCheck.missed)),
  },
  counter('runs', 'holdfast_runs_total', ['status'], 'Runs, by how they ended.'),
  counter(
    'runFailures',
    'holdfast_run_failures_total',
    ['code'],
    'Runs that ended with an error, by its code.',
  ),
  counter(
    'notifications',
    'holdfast_notifications_total',
    ['notifier', 'status'],
    'Messages, by what came of them.',
  ),
  counter(
    'missedRuns',
    'holdfast_missed_runs_total',
    ['task'],
    'Times at which the schedule was to run a task and nothing was there to do it.',
  ),
  counter(
    'storedBytes',
    'holdfast_stored_bytes_total',
    ['storage'],
    'What runs have stored, encoded, in bytes.',
  ),
  counter('verdicts', 'holdfast_verdicts_total', ['storage', 'verifier', 'status'], 'What verifiers said.'),
  counter(
    'prunedBackups',
    'holdfast_pruned_backups_total',
    ['storage'],
    'Backups that the retention let go.',
  ),
  counter(
    'prunedOrphans',
    'holdfast_pruned_orphans_total',
    ['storage'],
    'Objects of runs that died, and unfinished writes, that were removed.',
  ),
  counter(
    'pruneErrors',
    'holdfast_prune_errors_total',
    ['storage', 'code'],
    'What could not be deleted, by the code of the error.',
  ),
]

function counter(metric: CountedMetric, name: string, labels: readonly string[], help: string): Family {
  return {
    name,
    help,
    type: 'counter',
    labels,
    samples: ({ counts }) => counts.get(metric)?.values() ?? [],
  }
}
