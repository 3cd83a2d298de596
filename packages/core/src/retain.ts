import type { Job, JobStorage } from './job.ts'
import { createPack, packedBackups } from './pack.ts'
import type { Ready } from './preflight.ts'
import { applyPrune, orphanAgeMs, planPrune, type PrunePlan } from './prune.ts'
import type { Published } from './publish.ts'
import type { Recorder } from './recorder.ts'

/**
 * Lets old backups go and sweeps what dead runs left, in every storage that has the new backup. One that fails keeps no
 * other from it.
 */
export async function retain(
  job: Job,
  ready: Ready,
  backup: Published,
  recorder: Recorder,
  { now, startedAt, signal }: { now: Date; startedAt: Date; signal: AbortSignal },
): Promise<void> {
  const report = (error: unknown) => recorder.reported(error)
  for (const storage of backup.storages) {
    const pack = createPack()
    try {
      const { freeze } = ready
      const plan = await planPrune(storage, job.name, { now, freeze, onRead: pack.add, signal })
      const orphansBefore = sweepBefore(plan, ready, { now, startedAt })
      const result = await applyPrune(plan, { now, orphansBefore, report, signal })
      recorder.report.retention.push(result)
      for (const { message } of result.errors) recorder.warn(`${storage.name}: ${message}`)
      warnOfFreeze(storage, plan, recorder)
      if (result.kept >= packedBackups) await pack.write(storage.instance, job.name, signal)
    } catch (error) {
      if (signal.aborted) throw error
      recorder.warn(`${storage.name}: nothing was pruned: ${recorder.describe(error)}`)
    } finally {
      pack.discard()
    }
  }
}

/**
 * Whatever has no manifest and is older than this run is dead: the job's lock, which this run holds, says that no
 * other is under way. The lock is the database's, so where the storage also has backups of another database under the
 * same job name, only what is a day old is known to be dead.
 */
function sweepBefore(
  { catalog, plan }: PrunePlan,
  { facts }: Ready,
  { now, startedAt }: { now: Date; startedAt: Date },
): Date {
  if (plan.frozen !== undefined) return new Date(0)
  const { identity } = facts.database
  const alone = catalog.backups.every(
    ({ manifest }) => manifest === undefined || manifest.database.identity === identity,
  )
  return alone ? startedAt : new Date(now.getTime() - orphanAgeMs)
}

function warnOfFreeze(storage: JobStorage, { plan }: PrunePlan, recorder: Recorder): void {
  if (plan.frozen !== undefined && storage.retention !== undefined) {
    recorder.warn(`${storage.name}: nothing was pruned: ${plan.frozen}`)
  }
}
