import { join } from 'node:path'
import type { Readable } from 'node:stream'
import {
  freeOwned,
  makePrivateDirectory,
  type PreparedTarget,
  type ReportedError,
  type RestoreRequest,
  type RestoreTarget,
} from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import { chooseCopy, openObject, type ReadableCopy } from './copies.ts'
import { refuseUnencrypted, type Decryption } from './encryption/identities.ts'
import type { JobStorage } from './job.ts'
import { objectOf } from './manifest.ts'
import { compareCounts, type CountedTable } from './row-counts.ts'
import { together } from './together.ts'

export interface RestoreOptions extends Omit<RestoreRequest, 'format' | 'dumpVersion'> {
  storages: readonly JobStorage[]
  decryption?: Decryption
  /** Restore without local disk: serially, in one transaction. */
  stream: boolean
  createDatabase: boolean
  allowNonEmpty: boolean
  /** Finds the copy and reads its whole digest, but leaves the target alone. */
  dryRun: boolean
  onProgress?: (progress: RestoreProgress) => void
  /** The clock. */
  now: () => Date
  signal: AbortSignal
}

export interface RestoreProgress {
  step: 'read' | 'restore' | 'count'
  /** Between 0 and 1 where it can be told. */
  fraction?: number
  /** restore: the table whose rows are being loaded. */
  table?: string
}

export interface RestoreReport {
  schemaVersion: 1
  command: 'restore'
  status: 'succeeded' | 'failed'
  backup: { id: string; name: string; job: string }
  storage: string
  /** user@host:port/name, without a password. */
  target: string
  dryRun: boolean
  startedAt: string
  durationMs: number
  /** Tables whose rows were compared with the manifest; empty where there is nothing to compare. */
  tables: CountedTable[]
  /** Sum of the rows found. */
  rows: number
  error?: ReportedError
}

/**
 * Brings a backup back. The digest is checked before the target is touched (with `stream`, before its only
 * transaction can commit); at the end every table's rows are counted and compared with the manifest. Rejects when the
 * restore fails; resolves `failed` when it ended but the rows differ.
 */
export async function restoreBackup(
  backup: Backup,
  target: RestoreTarget,
  options: RestoreOptions,
): Promise<RestoreReport> {
  const startedAt = options.now()
  const began = performance.now()
  const copy = chooseCopy(backup, options.storages)
  refuseUnencrypted(copy.manifest, options.decryption)
  const { format, client } = copy.manifest
  const request: RestoreRequest = { ...options, format, dumpVersion: client.version }
  const way = options.dryRun ? onlyRead : options.stream ? restoreStreamed : restoreStaged
  const counted = await way({ copy, target, request, options })

  const different = counted.filter((table) => table.actual !== table.expected)
  return {
    schemaVersion: 1,
    command: 'restore',
    status: different.length === 0 ? 'succeeded' : 'failed',
    backup: { id: backup.id, name: backup.name, job: backup.job },
    storage: copy.storage.name,
    target: target.description,
    dryRun: options.dryRun,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    tables: counted,
    rows: counted.reduce((sum, table) => sum + (table.actual ?? 0), 0),
    ...(different.length > 0 && { error: countsDiffer(different) }),
  }
}

interface Restore {
  copy: ReadableCopy
  target: RestoreTarget
  request: RestoreRequest
  options: RestoreOptions
}

async function onlyRead({ copy, options }: Restore): Promise<CountedTable[]> {
  for await (const chunk of await openDump(copy, options, options.signal)) freeOwned(chunk as Buffer)
  return []
}

async function restoreStreamed(restore: Restore): Promise<CountedTable[]> {
  const { copy, request, options } = restore
  const { signal } = options
  await tryKey(copy, options)
  return whilePrepared(restore, async (ready) => {
    await ready.restoreStream(await openDump(copy, options, signal), request, tellTable(options), signal)
    return count(restore, ready, signal)
  })
}

async function restoreStaged(restore: Restore): Promise<CountedTable[]> {
  const { copy, target, request, options } = restore
  const { signal } = options
  const workspace = await makePrivateDirectory('restore')
  const path = join(workspace.path, 'dump')
  try {
    // A target that can not be restored into says so at once, not after hours of reading.
    await together(
      signal,
      (signal) => target.check({ ...options, dump: copy.manifest }, signal),
      async (signal) => target.stageFile(await openDump(copy, options, signal), path, request, signal),
    )
    return await whilePrepared(restore, async (ready) => {
      await ready.restoreFile(path, request, tellTable(options), signal)
      // Removing a large file takes a while, and nobody needs it any more.
      const [counted] = await together(
        signal,
        (signal) => count(restore, ready, signal),
        () => workspace.remove(),
      )
      return counted
    })
  } finally {
    await workspace.remove()
  }
}

async function whilePrepared<Result>(
  { copy, target, options }: Restore,
  work: (ready: PreparedTarget) => Promise<Result>,
): Promise<Result> {
  const ready = await target.prepare({ ...options, dump: copy.manifest }, options.signal)
  try {
    return await work(ready)
  } finally {
    await ready.close()
  }
}

function count(
  { copy, request, options }: Restore,
  ready: PreparedTarget,
  signal: AbortSignal,
): Promise<CountedTable[]> {
  options.onProgress?.({ step: 'count' })
  return compareCounts(copy.manifest, ready, request, signal)
}

function tellTable({ onProgress }: RestoreOptions): (table: string) => void {
  return (table) => onProgress?.({ step: 'restore', table })
}

function openDump(
  copy: ReadableCopy,
  { onProgress, decryption }: RestoreOptions,
  signal: AbortSignal,
): Promise<Readable> {
  const { bytes: total } = objectOf(copy.manifest, 'dump')
  const onBytes = (bytes: number): void =>
    onProgress?.({ step: 'read', fraction: total === 0 ? 1 : bytes / total })
  return openObject(copy, 'dump', { decode: true, decryption, onBytes, signal })
}

/** So that a target stays as it is where the key does not fit; elsewhere the whole dump is read before it is touched. */
async function tryKey(copy: ReadableCopy, options: RestoreOptions): Promise<void> {
  if (copy.manifest.encryption === undefined) return
  const { signal, decryption } = options
  for await (const _ of await openObject(copy, 'dump', { decode: true, decryption, signal })) break
}

function countsDiffer(different: readonly CountedTable[]): ReportedError {
  const shown = different
    .slice(0, 5)
    .map((table) => `${table.table} has ${table.actual ?? 'no'} rows, not ${table.expected}`)
  const more = different.length > shown.length ? ` and ${different.length - shown.length} more` : ''
  return {
    code: 'VERIFY_COUNTS',
    message: `after the restore ${shown.join('; ')}${more}`,
    hint: 'Do not use this database. Verify the backup, then restore again into an empty database.',
  }
}
