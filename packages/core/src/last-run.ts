import type { Report, Storage } from '@holdfast/plugin'
import type { JobStorage } from './job.ts'
import { parseKey, stampOf } from './keys.ts'
import { readReport } from './notify/reports.ts'

/**
 * The report of a job's last run that was not cancelled, in whichever of its storages it is; undefined where there was
 * none. Names are enough to find it, so only that one report is read. Rejects where no storage answers.
 */
export async function lastRunOf(
  storages: readonly JobStorage[],
  job: string,
  signal: AbortSignal,
): Promise<Report | undefined> {
  const listed = await Promise.allSettled(storages.map(({ instance }) => reportKeys(instance, job, signal)))
  signal.throwIfAborted()
  const failure = listed.find((one) => one.status === 'rejected')
  if (failure !== undefined && listed.every(({ status }) => status === 'rejected')) throw failure.reason
  const found = listed.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  for (const { storage, key } of found.toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))) {
    const report = await readReport(storage, key, signal)
    if (report !== undefined && report.status !== 'cancelled') return report
  }
  return undefined
}

interface Found {
  storage: Storage
  key: string
  stamp: string
}

async function reportKeys(storage: Storage, job: string, signal: AbortSignal): Promise<Found[]> {
  const found: Found[] = []
  for await (const { key } of storage.list(`${job}/`, signal)) {
    const parsed = parseKey(key)
    if (parsed?.part === 'report.json') found.push({ storage, key, stamp: stampOf(parsed.name) })
  }
  return found
}
