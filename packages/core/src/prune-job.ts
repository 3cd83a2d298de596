import type { ReportedError, ReportedNotification, ReportedRetention } from '@holdfast/plugin'
import type { Job } from './job.ts'
import { isOver, tell, tellUnsent, type TellOptions } from './notify/outside.ts'
import { applyPrune, orphanAgeMs, planPrune } from './prune.ts'

/** What came of letting a job's old backups go. */
export interface JobPruning {
  /** For each storage. */
  retention: ReportedRetention[]
  notifications: ReportedNotification[]
}

/**
 * Deletes what a job's retention no longer keeps, in each of its storages, and what dead runs left there a day ago; tells
 * `prune.failed` where something could not be deleted. One storage that does not answer does not stop the others.
 */
export async function pruneJob(
  job: Job,
  options: {
    now: () => Date
    signal: AbortSignal
    /** What the commands need besides names, such as `--from ./backups`. */
    flags?: string | undefined
    nextRunAt?: Date | undefined
  },
): Promise<JobPruning> {
  const { now, signal, flags, nextRunAt } = options
  const retention: ReportedRetention[] = []
  for (const storage of job.storages) {
    try {
      const plan = await planPrune(storage, job.name, { now: now(), signal })
      const orphansBefore = new Date(now().getTime() - orphanAgeMs)
      const report = (error: unknown) => job.redactor.error(error)
      retention.push(await applyPrune(plan, { now: now(), orphansBefore, report, signal }))
    } catch (error) {
      signal.throwIfAborted()
      const errors = [job.redactor.error(error)]
      retention.push({ storage: storage.name, deleted: [], kept: 0, orphans: 0, errors })
    }
  }
  const [error] = retention.flatMap(({ errors }) => errors)
  return { retention, notifications: await tellPruned(job, error, { now: now(), signal, flags, nextRunAt }) }
}

/** Tells `prune.failed` where something could not be deleted, and what could not be sent earlier. Never rejects. */
export async function tellPruned(
  job: Job,
  error: ReportedError | undefined,
  options: TellOptions,
): Promise<ReportedNotification[]> {
  if (error === undefined) {
    await isOver(job, 'prune.failed', options.signal)
    return tellUnsent(job, options)
  }
  const detail = `old backups could not be deleted: ${error.message}`
  return tell(job, { event: 'prune.failed', error, detail }, options)
}
