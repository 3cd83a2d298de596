import { hasCode, type Report, type Storage } from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import { isGood } from './expectation.ts'
import type { Knowledge } from './knowledge.ts'
import { readText } from './read-small.ts'
import type { Job, JobStorage } from './job.ts'
import { firstSeenKey } from './keys.ts'
import { putBytes } from './records.ts'

/** Since when somebody looks at a job: a small object in its storages, which is written once. */
interface FirstSeenRecord {
  schemaVersion: 1
  firstSeenAt: string
}

interface FirstSeenFacts {
  /** All that is known of the job. */
  backups: readonly Pick<Backup, 'startedAt'>[]
  reports: readonly Pick<Report, 'startedAt'>[]
  /** False where a storage did not answer: a job of which something may be unknown is not taken for new. */
  isAllKnown: boolean
  now: Date
  signal: AbortSignal
}

/**
 * Since when a job is known, at the latest: so much time its first good backup has had. Whoever asks first writes it into
 * the job's storages, so that no restart and no other machine begins anew. Undefined where nobody could remember it: a job
 * that were new each time would never be missed.
 */
export async function firstSeen(
  job: { name: string; storages: readonly JobStorage[] },
  { backups, reports, isAllKnown, now, signal }: FirstSeenFacts,
): Promise<Date | undefined> {
  const read = await Promise.all(
    job.storages.map(({ instance }) => readOne(instance, job.name, { now, signal })),
  )
  signal.throwIfAborted()
  const known = earliest([
    ...read.flatMap(({ at }) => at ?? []),
    ...[...backups, ...reports].map(({ startedAt }) => new Date(startedAt)),
  ])
  if (known === undefined && (!isAllKnown || read.some(({ state }) => state === 'unread'))) return undefined
  const at = known ?? now
  const written = await Promise.all(
    read.map(({ state }, index) => writeOne(job.storages[index]?.instance, job.name, { state, at, signal })),
  )
  signal.throwIfAborted()
  return known ?? (written.includes(true) ? at : undefined)
}

/** The same from what is known of a job; undefined also where it has a good backup, or nobody expects one. */
export async function firstSeenOf(
  job: Pick<Job, 'name' | 'storages' | 'expectEveryMs'>,
  { backups, reports, unread }: Knowledge,
  options: { now: Date; signal: AbortSignal },
): Promise<Date | undefined> {
  if (job.expectEveryMs === undefined || backups.some(isGood)) return undefined
  return firstSeen(job, { backups, reports, isAllKnown: unread.length === 0, ...options })
}

interface Read {
  /** `wrong`: damaged, or of a clock that was ahead. */
  state: 'there' | 'absent' | 'wrong' | 'unread'
  at?: Date
}

async function readOne(
  storage: Storage,
  job: string,
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<Read> {
  try {
    const record = JSON.parse(await readText(storage, firstSeenKey(job), signal)) as FirstSeenRecord | null
    const at = new Date(record?.firstSeenAt ?? Number.NaN)
    return at <= now ? { state: 'there', at } : { state: 'wrong' }
  } catch (error) {
    if (hasCode(error, 'STORAGE_NOT_FOUND')) return { state: 'absent' }
    return { state: error instanceof SyntaxError ? 'wrong' : 'unread' }
  }
}

/** True where it is there now. */
async function writeOne(
  storage: Storage | undefined,
  job: string,
  { state, at, signal }: { state: Read['state']; at: Date; signal: AbortSignal },
): Promise<boolean> {
  if (storage === undefined || state === 'there' || state === 'unread') return state === 'there'
  const record: FirstSeenRecord = { schemaVersion: 1, firstSeenAt: at.toISOString() }
  const bytes = Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`)
  try {
    await putBytes(storage, firstSeenKey(job), bytes, { signal, ifAbsent: state === 'absent' })
    return true
  } catch (error) {
    // Somebody else was first.
    return hasCode(error, 'STORAGE_EXISTS')
  }
}

function earliest(moments: readonly Date[]): Date | undefined {
  return moments.toSorted((one, other) => one.getTime() - other.getTime())[0]
}
