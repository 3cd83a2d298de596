import { isHoldfastError, type Notification, type NotificationEvent } from '@holdfast/plugin'
import { readText } from '../read-small.ts'
import type { Job, JobStorage } from '../job.ts'
import { toldKey } from '../keys.ts'
import { putBytes } from '../records.ts'

/** What no report of a run has of what people were told, or could not be told. A small object in the job's storages. */
export interface Told {
  /** One more each time, so that of two storages the one that was written last is known. 0: there is none. */
  revision: number
  /** What was told outside of a run, or by one that found another one under way; as long as it is so. */
  told: readonly ToldEntry[]
  /** What could not be told so. */
  unsent: readonly KeptMessage[]
  /** Messages of runs that could not be sent then, and since were outside of one. */
  brought: readonly BroughtMessage[]
}

export interface ToldEntry {
  notifier: string
  event: NotificationEvent
  /** Equal to that of what is told later if it is the same again. */
  sameness: string
  /** When it last happened and was told, perhaps late: RFC 3339 in UTC. */
  at: string
  /** How often it has happened since without being told. */
  quietened: number
}

/** A message that could not be sent, as it was. */
export interface KeptMessage {
  notifier: string
  sameness: string
  notification: Notification
}

export interface BroughtMessage {
  notifier: string
  event: NotificationEvent
  /** Of the notification. */
  id: string
  /** When it happened: RFC 3339 in UTC. */
  at: string
}

export const nothingTold: Told = { revision: 0, told: [], unsent: [], brought: [] }

/** The newest that any storage has. Nothing told is the same as nothing known. */
export async function readTold(
  storages: readonly JobStorage[],
  job: string,
  signal: AbortSignal,
): Promise<Told> {
  const read = await Promise.all(storages.map((storage) => readIn(storage, job, signal)))
  return read.reduce((newest, one) => (one.revision > newest.revision ? one : newest), nothingTold)
}

async function readIn({ instance }: JobStorage, job: string, signal: AbortSignal): Promise<Told> {
  try {
    const record = JSON.parse(await readText(instance, toldKey(job), signal)) as Partial<Told> & {
      schemaVersion: unknown
    }
    const { schemaVersion, revision = 1, told, unsent, brought } = record
    if (schemaVersion !== 1) return nothingTold
    return {
      revision,
      told: listOf(told).filter((one) => typeof one.sameness === 'string'),
      unsent: listOf(unsent).filter(isWhole),
      brought: listOf(brought).filter((one) => typeof one.id === 'string'),
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!isHoldfastError(error) && !(error instanceof SyntaxError)) throw error
    return nothingTold
  }
}

function listOf<Item>(list: readonly Item[] | undefined): readonly Item[] {
  const isList: boolean = Array.isArray(list)
  return list !== undefined && isList ? list : []
}

/** What somebody else has written must not silence what is new. */
function isWhole({ notification }: Partial<KeptMessage>): boolean {
  const { id, event, at, summary } = { ...notification }
  return [id, event, at, summary].every((text) => typeof text === 'string')
}

/** Into every storage, whatever becomes of the others. Resolves with how many have it. */
export async function putTold(
  { name, storages }: Pick<Job, 'name' | 'storages'>,
  { revision, told, unsent, brought }: Told,
  signal: AbortSignal,
): Promise<number> {
  const record = { schemaVersion: 1, revision: revision + 1, told, unsent, brought }
  const bytes = Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`)
  return inEach(storages, ({ instance }) =>
    putBytes(instance, toldKey(name), bytes, { signal, ifAbsent: false }),
  )
}

/** Reads it again, writes what comes of it, and removes it where there is nothing to keep. */
export async function changeTold(
  job: Pick<Job, 'name' | 'storages'>,
  change: (told: Told) => Told,
  signal: AbortSignal,
): Promise<void> {
  const { name, storages } = job
  const before = await readTold(storages, name, signal)
  const after = change(before)
  const isEmpty = after.told.length + after.unsent.length + after.brought.length === 0
  if (isEmpty && before.revision > 0) {
    const removed = await inEach(storages, ({ instance }) => instance.remove(toldKey(name), signal))
    // Where it could not be removed it would be believed, unless another storage knows better.
    if (removed < storages.length) await putTold(job, after, signal)
  } else if (JSON.stringify(after) !== JSON.stringify(before)) {
    await putTold(job, after, signal)
  }
}

async function inEach(
  storages: readonly JobStorage[],
  work: (storage: JobStorage) => Promise<unknown>,
): Promise<number> {
  const settled = await Promise.allSettled(storages.map(work))
  return settled.filter(({ status }) => status === 'fulfilled').length
}
