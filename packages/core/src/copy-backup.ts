import { basename } from 'node:path'
import { HoldfastError, type ReportedError, type Verdict, type Verifier } from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import { chooseCopy, type ReadableCopy } from './copies.ts'
import {
  bringManifest,
  bringMarks,
  bringObjects,
  isPublished,
  takeAway,
  type CopiedObject,
} from './copy-objects.ts'
import { refuseUnencrypted, type Decryption } from './encryption/identities.ts'
import type { JobStorage, Named } from './job.ts'
import { objectOf } from './manifest.ts'
import { writeVerdicts } from './records.ts'
import { verdictError } from './verify-run.ts'
import { verifyCopy } from './verify.ts'

export interface CopyOptions {
  /** Where the backup may be read from. */
  storages: readonly JobStorage[]
  /** Of the job; those that ask whether a backup is whole are asked about the new copy. */
  verifiers: readonly Named<Verifier>[]
  /** With what the new copy is decoded; without a key it is checked as it is stored. */
  decryption?: Decryption
  /** Every byte of the new copy is read, whatever the verifiers' options say. */
  readFull?: boolean
  /** Tells an error as people may see it. */
  report: (error: unknown) => ReportedError
  onProgress?: (progress: CopyProgress) => void
  /** The clock. */
  now: () => Date
  signal: AbortSignal
}

export interface CopyProgress {
  step: 'copy' | 'verify'
  /** Between 0 and 1 where it can be told. */
  fraction?: number | undefined
  bytes: number
  /** copy: the object; verify: the verifier. */
  detail?: string | undefined
}

export interface CopyReport {
  schemaVersion: 1
  command: 'copy'
  status: 'succeeded' | 'failed'
  backup: { id: string; name: string; job: string }
  /** The storage that was read. */
  from: string
  to: string
  /** Where the dump of the new copy is. */
  location: string
  startedAt: string
  durationMs: number
  objects: CopiedObject[]
  /** What the verifiers said of the new copy. */
  verdicts: Verdict[]
  /** Why the copy is no good. A new one was taken away again. */
  error?: ReportedError
}

/**
 * Brings a backup to one more storage, byte for byte, from its best copy: data, sidecar, marks, and the manifest last
 * and create-only (law 1). What is there already is kept if it is the same, and never replaced, so a copy that failed
 * goes on where it ended. The new copy is verified where it lies; one that is no good is taken away again, and
 * the report says why. Rejects when the copy can not be made; then there is no manifest.
 */
export async function copyBackup(backup: Backup, to: JobStorage, options: CopyOptions): Promise<CopyReport> {
  const { signal, now } = options
  const began = performance.now()
  const startedAt = now()
  const source = sourceOf(backup, to, options.storages)
  refuseUnencrypted(source.manifest, options.decryption)
  const wasThere = await isPublished(source, to, signal)
  const objects = wasThere ? keptObjects(source) : await bring(backup, source, to, options)
  if (wasThere) await bringMarks(backup, source, to, now(), signal)
  const verdicts = await verifyNew(source, to, options)
  const failed = verdicts.find(({ status, proves }) => status === 'failed' && proves !== 'plausible')
  const isGone = failed !== undefined && !wasThere && (await takeAway(source, to, signal))
  return {
    schemaVersion: 1,
    command: 'copy',
    status: failed === undefined ? 'succeeded' : 'failed',
    backup: { id: backup.id, name: backup.name, job: backup.job },
    from: source.storage.name,
    to: to.name,
    location: to.instance.location(objectOf(source.manifest, 'dump').key),
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    objects,
    verdicts,
    ...(failed !== undefined && { error: options.report(whyFailed(backup, failed, isGone)) }),
  }
}

function keptObjects({ manifest }: ReadableCopy): CopiedObject[] {
  return manifest.objects.map(({ key, bytes }) => ({ key, bytes, status: 'kept' }))
}

async function bring(
  backup: Backup,
  source: ReadableCopy,
  to: JobStorage,
  { now, onProgress, signal }: CopyOptions,
): Promise<CopiedObject[]> {
  const objects = await bringObjects(source, to, {
    now,
    onProgress: (key, bytes, total) =>
      onProgress?.({
        step: 'copy',
        fraction: total === 0 ? 1 : bytes / total,
        bytes,
        detail: basename(key),
      }),
    signal,
  })
  await bringMarks(backup, source, to, now(), signal)
  return [...objects, await bringManifest(source, to, signal)]
}

function whyFailed(backup: Backup, verdict: Verdict, isGone: boolean): HoldfastError {
  const { code, message, stage, plugin } = verdictError(verdict, backup)
  return new HoldfastError(code, `the copy is no good: ${message}`, {
    stage,
    plugin,
    hint: isGone
      ? 'It was taken away again; the other copies are as they were. Check the storage, then copy again.'
      : 'It could not be taken away again. Check the storage, and remove the copy there by hand.',
  })
}

function sourceOf(backup: Backup, to: JobStorage, storages: readonly JobStorage[]): ReadableCopy {
  const others = storages.filter(({ name }) => name !== to.name)
  if (backup.copies.every(({ storage }) => storage === to.name)) {
    throw new HoldfastError(
      'BACKUP_NOT_FOUND',
      `${backup.name} is in ${to.name} only: there is no other copy`,
      {
        hint: `To check the one that is there: holdfast verify ${backup.id}.`,
      },
    )
  }
  return chooseCopy(backup, others)
}

/** Asks whether the new copy is whole. What was said of the backup itself, wherever it lies, is kept beside it as well. */
async function verifyNew(
  { stored, manifest }: ReadableCopy,
  to: JobStorage,
  { verifiers, decryption, readFull = false, onProgress, now, signal }: CopyOptions,
): Promise<Verdict[]> {
  const wholeness = verifiers.filter(({ instance }) => instance.proves === 'archive')
  const verdicts = await verifyCopy({ storage: to, manifest, history: [] }, wholeness, {
    unlock: decryption?.unlock,
    readFull,
    onProgress: ({ fraction, rawBytes, detail }) =>
      onProgress?.({ step: 'verify', fraction, bytes: rawBytes, detail }),
    signal,
  })
  const shared = stored.verdicts.filter(({ proves }) => proves === 'plausible')
  if (shared.length + verdicts.length === 0) return []
  const { base, manifestSha256 } = stored
  const record = [...shared, ...verdicts]
  await writeVerdicts(to.instance, { base, id: manifest.id, manifestSha256 }, record, now(), signal)
  return verdicts
}
