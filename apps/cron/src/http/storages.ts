import type { Job, JobStorage } from '@holdfast/core'
import type { ReportedError, StorageStatus } from '@holdfast/plugin'

/** Whether a storage answers. Several jobs may share it. */
export interface CheckedStorage {
  uses: readonly { job: string; storage: string }[]
  location: string
  status?: StorageStatus
  /** Why it can not be used. */
  error?: ReportedError
}

const parallelChecks = 16
const checkTimeoutMs = 15_000

/** Asks each storage of the jobs once. Never rejects. */
export async function checkStorages(jobs: readonly Job[], signal: AbortSignal): Promise<CheckedStorage[]> {
  const places = Map.groupBy(
    jobs.flatMap((job) => job.storages.map((storage) => ({ job, storage }))),
    ({ storage }) => `${storage.plugin} ${storage.instance.location('')}`,
  )
  const queue = [...places.values()].entries()
  const checked: CheckedStorage[] = []
  const worker = async (): Promise<void> => {
    for (const [index, uses] of queue) {
      const [first] = uses
      if (first !== undefined) {
        const names = uses.map(({ job, storage }) => ({ job: job.name, storage: storage.name }))
        checked[index] = { uses: names, ...(await checkOne(first.job, first.storage, signal)) }
      }
    }
  }
  await Promise.all(Array.from({ length: parallelChecks }, worker))
  return checked
}

async function checkOne(
  { redactor }: Job,
  { instance }: JobStorage,
  signal: AbortSignal,
): Promise<Omit<CheckedStorage, 'uses'>> {
  const about = { location: instance.location('') }
  const limit = AbortSignal.timeout(checkTimeoutMs)
  try {
    const status = await ended(instance.check(AbortSignal.any([signal, limit])), limit)
    return { ...about, status }
  } catch (error) {
    return { ...about, error: redactor.error(error) }
  }
}

/** A plugin that does not listen to its signal is not waited for. */
async function ended<Result>(work: Promise<Result>, limit: AbortSignal): Promise<Result> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => {
      const give = (): void => reject(new Error(`no answer within ${checkTimeoutMs / 1000} s`))
      limit.addEventListener('abort', give, { once: true })
    }),
  ])
}
