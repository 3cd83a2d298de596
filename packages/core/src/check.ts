import type { ReportedError, ReportedNotification, Report } from '@holdfast/plugin'
import { listBackups, type Backup } from './backups.ts'
import { expectationOf, isGood, type Expectation } from './expectation.ts'
import { firstSeen } from './first-seen.ts'
import type { Job } from './job.ts'
import { isOver, tell, tellUnsent, type TellOptions } from './notify/outside.ts'
import { readReports } from './notify/reports.ts'
import { formatUtc } from './notify/summary.ts'

/** So many of a job's newest manifests are read from each storage at most. */
const mostBackups = 100

/** What came of looking at one job. */
export interface JobCheck extends Omit<Expectation, 'status'> {
  job: string
  /** `unexpected`: the job has no `expectEvery`, so its backups were not looked at. */
  status: Expectation['status'] | 'unexpected'
  expectEveryMs?: number
  /** Why one is missed. */
  error?: ReportedError
  /** What came of telling it. */
  notifications: ReportedNotification[]
}

/**
 * Looks whether a job has a good backup that is young enough, in any of its storages, and tells `backup.missed` where
 * it has not, and what could not be sent earlier; its first one has as long as any other, from when it was first looked
 * for. Rejects where no storage can be read: then nothing is known.
 */
export async function checkJob(job: Job, options: Omit<TellOptions, 'backups'>): Promise<JobCheck> {
  const { expectEveryMs, name } = job
  const { now, signal } = options
  if (expectEveryMs === undefined) {
    return { job: name, status: 'unexpected', notifications: await tellUnsent(job, options) }
  }
  const { backups, isAllKnown } = await readableBackups(job, signal)
  const reports = await lastReport(job, options)
  const firstSeenAt = backups.some(isGood)
    ? undefined
    : await firstSeen(job, { backups, reports, isAllKnown, now, signal })
  const expectation = expectationOf({ backups, reports, expectEveryMs, firstSeenAt, now })
  const checked = { job: name, expectEveryMs, ...expectation }
  if (expectation.status !== 'missed') {
    await isOver(job, 'backup.missed', signal)
    return { ...checked, notifications: await tellUnsent(job, { ...options, backups }) }
  }
  const error = missed(name, expectation)
  const { lastGood } = expectation
  const notifications = await tell(
    job,
    {
      event: 'backup.missed',
      error,
      detail: error.message,
      ...(lastGood !== undefined && { subject: lastGood.id, shown: lastGood.id }),
    },
    { ...options, backups },
  )
  return { ...checked, error, notifications }
}

/** Those of every storage that answers. */
async function readableBackups(
  { name, storages }: Job,
  signal: AbortSignal,
): Promise<{ backups: Backup[]; isAllKnown: boolean }> {
  const read = await Promise.allSettled(
    storages.map((storage) => listBackups([storage], name, signal, { newest: mostBackups })),
  )
  signal.throwIfAborted()
  const failure = read.find((one) => one.status === 'rejected')
  if (failure !== undefined && read.every(({ status }) => status === 'rejected')) throw failure.reason
  const backups = read.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  return {
    backups: backups.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime()),
    isAllKnown: failure === undefined,
  }
}

async function lastReport(
  { name, storages }: Job,
  { now, signal }: Pick<TellOptions, 'now' | 'signal'>,
): Promise<Report[]> {
  for await (const report of readReports(storages, name, { before: now, signal })) return [report]
  return []
}

function missed(job: string, { lastGood, lastRun }: Expectation): ReportedError {
  const since =
    lastGood === undefined
      ? 'there is no good backup'
      : `no good backup since ${formatUtc(lastGood.startedAt.toISOString())}`
  return {
    code: 'BACKUP_MISSED',
    message: `${since}${howItEnded(lastRun)}`,
    hint: lastRun?.error?.hint ?? `See whether its scheduler runs it. By hand: holdfast backup ${job}`,
  }
}

function howItEnded(lastRun: Expectation['lastRun']): string {
  if (lastRun === undefined) return ', and no run is known'
  const why = lastRun.error === undefined ? '' : `: ${lastRun.error.message}`
  return `; the last run, on ${formatUtc(lastRun.startedAt)}, ${endings[lastRun.status]}${why}`
}

const endings: Readonly<Record<Report['status'], string>> = {
  succeeded: 'succeeded',
  partial: 'was partial',
  suspect: 'was suspect',
  failed: 'failed',
  cancelled: 'was cancelled',
}
