import type { ReportedError, ReportedNotification, ReportedRetention } from '@holdfast/plugin'
import type { Job, JobStorage } from './job.ts'
import { isOver, tell, tellUnsent } from './notify/outside.ts'
import { applyPrune, orphanAgeMs, planPrune } from './prune.ts'

/** What came of letting a job's old backups go. */
export interface JobPruning {
  /** For each storage. */
  retention: ReportedRetention[]
  notifications: ReportedNotification[]
}

/**
 * Deletes what a job's retention no longer keeps, in each of its storages, and what dead runs left there a day ago; tells
 * `prune.failed` where something could not be deleted, and what could not be sent earlier. One storage that does not
 * answer does not stop the others.
 */
export async function pruneJob(
  job: Job,
  options: {
    now: () => Date
    signal: AbortSignal
    /** What the commands need besides names, such as `--from ./backups`. */
    flags?: string | undefined
    nextRunAt?: Date | undefined
    /** Told before a storage is looked at. */
    onStorage?: (name: string) => void
    /** Told what came of one storage, before the next. */
    onPruned?: (pruned: ReportedRetention) => void
  },
): Promise<JobPruning> {
  const { now, signal, flags, nextRunAt } = options
  const retention: ReportedRetention[] = []
  for (const storage of job.storages) {
    options.onStorage?.(storage.name)
    const pruned = await pruneStorage(job, storage, { now, signal })
    retention.push(pruned)
    options.onPruned?.(pruned)
  }
  const [error] = retention.flatMap(({ errors }) => errors)
  const telling = { now: now(), signal, flags, nextRunAt }
  if (error === undefined) {
    await isOver(job, 'prune.failed', signal)
    return { retention, notifications: await tellUnsent(job, telling) }
  }
  const detail = `old backups could not be deleted: ${error.message}`
  return { retention, notifications: await tell(job, { event: 'prune.failed', error, detail }, telling) }
}

async function pruneStorage(
  { name, redactor }: Job,
  storage: JobStorage,
  { now, signal }: { now: () => Date; signal: AbortSignal },
): Promise<ReportedRetention> {
  const report = (error: unknown): ReportedError => redactor.error(error)
  try {
    const plan = await planPrune(storage, name, { now: now(), signal })
    const orphansBefore = new Date(now().getTime() - orphanAgeMs)
    return await applyPrune(plan, { now: now(), orphansBefore, report, signal })
  } catch (error) {
    signal.throwIfAborted()
    return { storage: storage.name, deleted: [], kept: 0, orphans: 0, errors: [report(error)] }
  }
}
