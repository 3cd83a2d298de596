import type { Report } from '@holdfast/plugin'
import type { Backup } from './backups.ts'

/** Whether a job's newest good backup is as young as it should be. */
export interface Expectation {
  /** `awaited`: the first one is not there yet, and not late. */
  status: 'kept' | 'awaited' | 'missed'
  /** The newest backup that is neither damaged nor suspect; absent where there is none. */
  lastGood?: { id: string; name: string; startedAt: Date }
  /** When the next good one has to be made at the latest; absent where nobody knows since when one is awaited. */
  dueAt?: Date
  /** How the last run ended, good or bad; absent where there was none. */
  lastRun?: Pick<Report, 'status' | 'startedAt' | 'error'>
}

/**
 * Looks only at what it is given, so that whoever knows the backups can ask.
 *
 * @param facts.backups of the job, newest first
 * @param facts.reports of the job's runs, newest first
 * @param facts.firstSeenAt since when the job is known: so much time its first backup has had; of one that nobody can say
 *   it of, one is missed
 */
export function expectationOf({
  backups,
  reports,
  expectEveryMs,
  firstSeenAt,
  now,
}: {
  backups: readonly Backup[]
  reports: readonly Report[]
  expectEveryMs: number
  firstSeenAt?: Date | undefined
  now: Date
}): Expectation {
  const good = backups.find(isGood)
  const since = good === undefined ? firstSeenAt : good.startedAt
  const dueAt = since && new Date(since.getTime() + expectEveryMs)
  const isInTime = dueAt !== undefined && dueAt >= now
  const [last] = reports
  return {
    status: isInTime ? (good === undefined ? 'awaited' : 'kept') : 'missed',
    ...(good !== undefined && { lastGood: { id: good.id, name: good.name, startedAt: good.startedAt } }),
    ...(dueAt !== undefined && { dueAt }),
    ...(last !== undefined && {
      lastRun: {
        status: last.status,
        startedAt: last.startedAt,
        ...(last.error !== undefined && { error: last.error }),
      },
    }),
  }
}

/** Whether no verifier has found a backup to be damaged or suspect. */
export function isGood({ verification, suspect }: Pick<Backup, 'verification' | 'suspect'>): boolean {
  return verification !== 'failed' && verification !== 'invalid' && !suspect
}
