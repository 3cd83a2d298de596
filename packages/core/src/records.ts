import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  hasCode,
  type BackupObject,
  type Manifest,
  type Report,
  type Storage,
  type Verdict,
} from '@holdfast/plugin'
import {
  acceptedKey,
  copyingKey,
  manifestKey,
  protectedKey,
  reportKey,
  signatureKey,
  verdictKey,
} from './keys.ts'
import { serializeManifest } from './manifest.ts'
import { readBytes } from './read-small.ts'
import type { Signer } from './signing/signature.ts'
import type { VerdictRecord } from './verification.ts'
import { retryCall } from './wrap/retry.ts'

/**
 * Stores a small object whole. Create-only writes are safe to repeat: if an answer was lost and the object is
 * there with just these bytes, it was ours.
 */
export async function putBytes(
  storage: Storage,
  key: string,
  bytes: Buffer,
  options: { signal: AbortSignal; ifAbsent: boolean },
): Promise<void> {
  let isRepeated = false
  await retryCall(async () => {
    const mayBeOurs = isRepeated && options.ifAbsent
    isRepeated = true
    try {
      await storage.put(key, Readable.from([bytes], { objectMode: false }), {
        ...options,
        bytes: bytes.length,
      })
    } catch (error) {
      const isThere = mayBeOurs && hasCode(error, 'STORAGE_EXISTS')
      if (!isThere || !(await readBytes(storage, key, options.signal)).equals(bytes)) throw error
    }
  }, options.signal)
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`)
}

/**
 * Publishes the backup: before its last write it does not exist. Create-only. Resolves with what it wrote, the manifest
 * last; before it the signature over its bytes, where there is a signer.
 */
export async function writeManifest(
  storage: Storage,
  base: string,
  manifest: Manifest,
  { signer, signal }: { signer?: Signer | undefined; signal: AbortSignal },
): Promise<BackupObject[]> {
  const bytes = serializeManifest(manifest)
  const written: BackupObject[] = []
  const write = async (role: BackupObject['role'], key: string, content: Buffer): Promise<void> => {
    await putBytes(storage, key, content, { signal, ifAbsent: true })
    const sha256 = createHash('sha256').update(content).digest('hex')
    written.push({ role, key, bytes: content.length, sha256 })
  }
  if (signer !== undefined) await write('signature', signatureKey(base), signer.sign(bytes))
  await write('manifest', manifestKey(base), bytes)
  return written
}

export async function writeVerdicts(
  storage: Storage,
  backup: { base: string; id: string; manifestSha256: string },
  verdicts: Verdict[],
  at: Date,
  signal: AbortSignal,
): Promise<void> {
  const record: VerdictRecord = {
    schemaVersion: 1,
    backup: backup.id,
    manifestSha256: backup.manifestSha256,
    verifiedAt: at.toISOString(),
    verdicts,
  }
  await putBytes(storage, verdictKey(backup.base, at), json(record), { signal, ifAbsent: true })
}

/** The run log. The first report of a run is the one that stays. */
export async function writeReport(
  storage: Storage,
  base: string,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  await putBytes(storage, reportKey(base), json(report), { signal, ifAbsent: true })
}

/** Keeps a backup whatever the retention says, until `unprotect`. */
export async function protect(storage: Storage, base: string, at: Date, signal: AbortSignal): Promise<void> {
  await putBytes(storage, protectedKey(base), json({ schemaVersion: 1, protectedAt: at.toISOString() }), {
    signal,
    ifAbsent: false,
  })
}

export async function unprotect(storage: Storage, base: string, signal: AbortSignal): Promise<void> {
  await storage.remove(protectedKey(base), signal)
}

/** Says that a suspect backup is as it should be: it becomes the new measure, and retention thaws. */
export async function accept(storage: Storage, base: string, at: Date, signal: AbortSignal): Promise<void> {
  await putBytes(storage, acceptedKey(base), json({ schemaVersion: 1, acceptedAt: at.toISOString() }), {
    signal,
    ifAbsent: false,
  })
}

/** Tells a run that prunes meanwhile that a copy is being brought. Where it can not be told, the copy may fail. */
export async function markCopying(
  storage: Storage,
  base: string,
  at: Date,
  signal: AbortSignal,
): Promise<void> {
  const bytes = json({ schemaVersion: 1, copyingSince: at.toISOString() })
  await putBytes(storage, copyingKey(base), bytes, { signal, ifAbsent: false }).catch(() =>
    signal.throwIfAborted(),
  )
}
