import { isHoldfastError, type NotificationEvent, type ReportedNotification } from '@holdfast/plugin'
import type { Job, JobStorage } from '../job.ts'
import { toldKey } from '../keys.ts'
import { readText } from '../read-small.ts'
import { putBytes } from '../records.ts'
import type { ToldBefore } from './repeat.ts'

/**
 * What notifiers were told of a job and no report has, because it was outside of a run or because the run found another
 * one under way; as long as it is so. A small object in the job's storages.
 */
interface ToldRecord {
  schemaVersion: 1
  told: ToldEntry[]
}

export interface ToldEntry {
  notifier: string
  event: NotificationEvent
  /** Equal to that of what is told later if it is the same again. */
  sameness: string
  /** When it was last told: RFC 3339 in UTC. */
  at: string
  /** How often it has happened since without being told. */
  quietened: number
}

/** From the first storage that has one. Nothing told is the same as nothing known. */
export async function readTold(
  storages: readonly JobStorage[],
  job: string,
  signal: AbortSignal,
): Promise<ToldEntry[]> {
  for (const { instance } of storages) {
    try {
      const record = JSON.parse(await readText(instance, toldKey(job), signal)) as ToldRecord
      if (record.schemaVersion === 1 && Array.isArray(record.told)) return record.told
    } catch (error) {
      signal.throwIfAborted()
      if (!isHoldfastError(error) && !(error instanceof SyntaxError)) throw error
    }
  }
  return []
}

/** Into every storage, whatever becomes of the others; then throws the first error. Nothing told removes it. */
export async function writeTold(
  storages: readonly JobStorage[],
  job: string,
  told: readonly ToldEntry[],
  signal: AbortSignal,
): Promise<void> {
  const record: ToldRecord = { schemaVersion: 1, told: [...told] }
  const bytes = Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`)
  const settled = await Promise.allSettled(
    storages.map(({ instance }) =>
      told.length === 0
        ? instance.remove(toldKey(job), signal)
        : putBytes(instance, toldKey(job), bytes, { signal, ifAbsent: false }),
    ),
  )
  const failure = settled.find((one) => one.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}

/** As what runs remember of theirs. */
export function toldOutside(
  told: readonly ToldEntry[],
  notifier: string,
  event: NotificationEvent,
): ToldBefore[] {
  const entry = told.find((one) => one.notifier === notifier && one.event === event)
  if (entry === undefined) return []
  const { sameness, quietened } = entry
  const delivered: ToldBefore = { sameness, at: new Date(entry.at), status: 'delivered' }
  return [
    ...Array.from({ length: quietened }, (): ToldBefore => ({ ...delivered, status: 'quietened' })),
    delivered,
  ]
}

/** What is remembered: the last time that each notifier was told, and what was left out since. */
export function toldAfter(
  told: readonly ToldEntry[],
  entries: readonly ReportedNotification[],
  { sameness, now }: { sameness: string; now: Date },
): ToldEntry[] {
  const changed = entries.flatMap(({ notifier, event, status }): ToldEntry[] => {
    if (status === 'delivered') return [{ notifier, event, sameness, at: now.toISOString(), quietened: 0 }]
    const before = told.find((one) => one.notifier === notifier && one.event === event)
    if (before === undefined || status === 'failed') return []
    return [{ ...before, quietened: before.quietened + 1 }]
  })
  const isChanged = (one: ToldEntry): boolean =>
    changed.some(({ notifier, event }) => notifier === one.notifier && event === one.event)
  return [...told.filter((one) => !isChanged(one)), ...changed]
}

/** Forgets what is over. */
export async function forgetTold(
  { name, storages }: Pick<Job, 'name' | 'storages'>,
  events: readonly NotificationEvent[],
  signal: AbortSignal,
): Promise<void> {
  const told = await readTold(storages, name, signal)
  const left = told.filter((one) => !events.includes(one.event))
  if (left.length === told.length) return
  await writeTold(storages, name, left, signal)
}
