import type { Job, JobStorage } from './job.ts'
import { backupBase, backupName } from './keys.ts'
import type { Ready } from './preflight.ts'
import type { Recorder } from './recorder.ts'

/** The place of a new backup, which nothing else has. */
export interface Claim {
  name: string
  base: string
}

/**
 * Finds a name that no storage knows yet; the job's lock keeps it ours. Resolves with the storages that could say so:
 * another than the primary that can not is dropped.
 */
export async function claimName(
  job: Job,
  [primary, ...others]: Ready['storages'],
  startedAt: Date,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<{ claim: Claim; storages: Ready['storages'] }> {
  let usable = others
  for (let attempt = 1; ; attempt++) {
    const place = placeOf(job, startedAt, attempt)
    const [first, ...rest] = await Promise.allSettled(
      [primary, ...usable].map((storage) => isTaken(storage, place, signal)),
    )
    if (signal.aborted) throw signal.reason
    if (first?.status === 'rejected') throw first.reason
    const dropped = usable.filter((storage, index) => {
      const answer = rest[index]
      if (answer?.status === 'rejected') recorder.dropStorage(storage, answer.reason)
      return answer?.status === 'rejected'
    })
    usable = usable.filter((storage) => !dropped.includes(storage))
    const taken = [first, ...rest].some((answer) => answer?.status === 'fulfilled' && answer.value)
    if (!taken) return { claim: place, storages: [primary, ...usable] }
  }
}

/** The place of a run that starts at a moment; others of the same second have had as many attempts before. */
export function placeOf(job: Job, startedAt: Date, attempt: number): Claim {
  const name = backupName(job.name, job.dump.kind, startedAt, attempt)
  return { name, base: backupBase(job.name, name, startedAt) }
}

async function isTaken(storage: JobStorage, { base }: Claim, signal: AbortSignal): Promise<boolean> {
  for await (const _ of storage.instance.list(`${base}.`, signal)) return true
  return false
}
