import type { Report } from '@holdfast/plugin'
import type { Backup } from './backups.ts'

/** Whether a job's newest good backup is as young as it should be. */
export interface Expectation {
  status: 'kept' | 'missed'
  /** The newest backup that is neither damaged nor suspect; absent where there is none. */
  lastGood?: { id: string; name: string; startedAt: Date }
  /** When the next good one has to be made at the latest; absent where there has been none yet. */
  dueAt?: Date
  /** How the last run ended, good or bad; absent where there was none. */
  lastRun?: Pick<Report, 'status' | 'startedAt' | 'error'>
}

/**
 * Looks only at what it is given, so that whoever knows the backups can ask.
 *
 * @param facts.backups of the job, newest first
 * @param facts.reports of the job's runs, newest first
 */
export function expectationOf({
  backups,
  reports,
  expectEveryMs,
  now,
}: {
  backups: readonly Backup[]
  reports: readonly Report[]
  expectEveryMs: number
  now: Date
}): Expectation {
  const good = backups.find(isGood)
  const dueAt = good && new Date(good.startedAt.getTime() + expectEveryMs)
  const [last] = reports
  return {
    status: dueAt !== undefined && dueAt >= now ? 'kept' : 'missed',
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

function isGood({ verification, suspect }: Backup): boolean {
  return verification !== 'failed' && verification !== 'invalid' && !suspect
}
