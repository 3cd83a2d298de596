import { lastRunOf, putBytes, readText, type JobStorage } from '@holdfast/core'
import { hasCode } from '@holdfast/plugin'
import type { TaskKind } from '@holdfast/schedule'
import type { Task } from '../engine/task.ts'

/**
 * Up to when what a job does by schedule is done with; a small object in each of the job's storages. Backups need it only
 * until there is a first report: those of their runs say it best. A check is never remembered, since one is made at every
 * start.
 */
interface ScheduleRecord {
  schemaVersion: 1
  tasks: Partial<Record<TaskKind, { schedule: string; doneUntil: string }>>
}

/** No backup has a key like it. */
function recordKey(job: string): string {
  return `${job}/.schedule.json`
}

export interface Memory {
  /** Up to when each task is done with. */
  doneUntil: ReadonlyMap<TaskKind, Date>
  /** Keeps what is known only now; undefined where all of it is kept. */
  keep?: (signal: AbortSignal) => Promise<void>
}

/**
 * What the storages remember of a job. Of a task with a schedule that they do not know, everything up to now is done
 * with: it is new. Rejects where no storage answers.
 */
export async function recall(
  job: { name: string; storages: readonly JobStorage[] },
  tasks: readonly Task[],
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<Memory> {
  const remembered = tasks.filter(({ kind }) => kind !== 'check')
  const hasBackups = remembered.some(({ kind }) => kind === 'backup')
  const [record, lastRun] = await Promise.all([
    readRecord(job, signal),
    hasBackups ? lastRunOf(job.storages, job.name, signal) : undefined,
  ])
  const doneUntil = new Map<TaskKind, Date>()
  let isNew = false
  for (const { kind, schedule } of remembered) {
    const known = record?.tasks[kind]
    const ranAt = kind === 'backup' && lastRun !== undefined ? new Date(lastRun.startedAt) : undefined
    if (known?.schedule === schedule.identity) {
      const kept = new Date(known.doneUntil)
      doneUntil.set(kind, ranAt !== undefined && ranAt > kept ? ranAt : kept)
      continue
    }
    isNew = true
    doneUntil.set(kind, known === undefined && ranAt !== undefined ? ranAt : now)
  }
  if (!isNew) return { doneUntil }
  return { doneUntil, keep: (given) => writeRecord(job, recordOf(remembered, doneUntil), given) }
}

/** Remembers that a task is done with up to a moment. */
export async function rememberDone(
  job: { name: string; storages: readonly JobStorage[] },
  { kind, schedule }: Task,
  doneUntil: Date,
  signal: AbortSignal,
): Promise<void> {
  const record = (await readRecord(job, signal)) ?? { schemaVersion: 1, tasks: {} }
  record.tasks[kind] = { schedule: schedule.identity, doneUntil: doneUntil.toISOString() }
  await writeRecord(job, record, signal)
}

function recordOf(tasks: readonly Task[], doneUntil: ReadonlyMap<TaskKind, Date>): ScheduleRecord {
  const entries = tasks.map(({ kind, schedule }) => [
    kind,
    { schedule: schedule.identity, doneUntil: doneUntil.get(kind)?.toISOString() },
  ])
  return { schemaVersion: 1, tasks: Object.fromEntries(entries) as ScheduleRecord['tasks'] }
}

/** That of the first storage that has one; undefined where there is none. Rejects where no storage answers. */
async function readRecord(
  { name, storages }: { name: string; storages: readonly JobStorage[] },
  signal: AbortSignal,
): Promise<ScheduleRecord | undefined> {
  const failures: unknown[] = []
  for (const { instance } of storages) {
    try {
      const record = JSON.parse(await readText(instance, recordKey(name), signal)) as ScheduleRecord
      if (isRecord(record)) return record
    } catch (error) {
      signal.throwIfAborted()
      if (!hasCode(error, 'STORAGE_NOT_FOUND') && !(error instanceof SyntaxError)) failures.push(error)
    }
  }
  if (failures.length === storages.length) throw failures[0]
  return undefined
}

function isRecord(record: ScheduleRecord): boolean {
  return (
    record?.schemaVersion === 1 &&
    typeof record.tasks === 'object' &&
    Object.values(record.tasks).every(({ doneUntil }) => !Number.isNaN(Date.parse(doneUntil)))
  )
}

/** Into every storage. Rejects where none has taken it. */
async function writeRecord(
  { name, storages }: { name: string; storages: readonly JobStorage[] },
  record: ScheduleRecord,
  signal: AbortSignal,
): Promise<void> {
  const bytes = Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`)
  const settled = await Promise.allSettled(
    storages.map(({ instance }) => putBytes(instance, recordKey(name), bytes, { signal, ifAbsent: false })),
  )
  const failure = settled.find((one) => one.status === 'rejected')
  if (failure !== undefined && settled.every(({ status }) => status === 'rejected')) throw failure.reason
}
