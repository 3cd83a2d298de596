import { createHash } from 'node:crypto'
import { HoldfastError, type BackupObject, type Storage } from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import { readChecked, type ReadableCopy } from './copies.ts'
import type { JobStorage } from './job.ts'
import { acceptedKey, copyingKey, manifestKey, protectedKey, reportKey, signatureKey } from './keys.ts'
import { readBytes } from './read-small.ts'
import { accept, markCopying, protect, putBytes } from './records.ts'
import { retryCall } from './wrap/retry.ts'

/** One object of a copy. */
export interface CopiedObject {
  key: string
  bytes: number
  /** kept: just these bytes were there already. */
  status: 'copied' | 'kept'
}

interface BringOptions {
  now: () => Date
  /** With the bytes so far, and those of all objects. */
  onProgress: (key: string, bytes: number, total: number) => void
  signal: AbortSignal
}

/** Whether the copy is there, published with the manifest of its source. STORAGE_EXISTS where the manifest is another one. */
export async function isPublished(
  { stored }: ReadableCopy,
  { instance }: JobStorage,
  signal: AbortSignal,
): Promise<boolean> {
  const key = manifestKey(stored.base)
  if ((await instance.stat(key, signal)) === undefined) return false
  if (sha256Of(await readBytes(instance, key, signal)) === stored.manifestSha256) return true
  throw alreadyThere(`${instance.location(key)} is the manifest of another backup`)
}

/** Stores data and sidecar, each checked against the manifest while it is read. */
export async function bringObjects(
  { storage, stored, manifest }: ReadableCopy,
  to: JobStorage,
  { now, onProgress, signal }: BringOptions,
): Promise<CopiedObject[]> {
  const total = manifest.objects.reduce((sum, { bytes }) => sum + bytes, 0)
  await refuseTooSmall(to, total, signal)
  const sidecarLast = manifest.objects.toSorted(
    (a, b) => Number(a.role === 'sidecar') - Number(b.role === 'sidecar'),
  )
  const copied: CopiedObject[] = []
  let before = 0
  for (const object of sidecarLast) {
    const onBytes = (bytes: number): void => onProgress(object.key, before + bytes, total)
    // A new mark each time: the one of a large object that took a day is worth nothing any more.
    await markCopying(to.instance, stored.base, now(), signal)
    const status = await retryCall(async () => {
      if (await isThere(to, object, { onBytes, signal })) return 'kept'
      const body = await readChecked(storage, object, { onBytes, signal })
      await to.instance.put(object.key, body, {
        signal,
        ifAbsent: true,
        bytes: object.bytes,
        estimatedBytes: object.bytes,
      })
      return 'copied'
    }, signal)
    before += object.bytes
    copied.push({ key: object.key, bytes: object.bytes, status })
  }
  return copied
}

async function refuseTooSmall(
  { instance, name }: JobStorage,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  const { freeBytes = Infinity } = await instance.check(signal)
  if (freeBytes >= bytes) return
  const place = instance.location('')
  throw new HoldfastError(
    'STORAGE_FULL',
    `${place} has ${freeBytes} bytes left and the backup takes ${bytes}`,
    {
      hint: 'Free some space, or keep fewer backups there: holdfast prune --plan.',
      plugin: name,
    },
  )
}

/** Whether an object is there with the right bytes; STORAGE_EXISTS where it is there with others. */
async function isThere(
  to: JobStorage,
  object: BackupObject,
  reading: { onBytes: (bytes: number) => void; signal: AbortSignal },
): Promise<boolean> {
  const found = await to.instance.stat(object.key, reading.signal)
  if (found === undefined) return false
  const place = to.instance.location(object.key)
  if (found.bytes !== object.bytes)
    throw alreadyThere(`${place} has ${found.bytes} bytes, not ${object.bytes}`)
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of (await to.instance.get(object.key, reading)) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    reading.onBytes((bytes += chunk.length))
  }
  const sha256 = hash.digest('hex')
  if (sha256 === object.sha256) return true
  throw alreadyThere(`${place} has sha256 ${sha256}, not ${object.sha256}`)
}

function alreadyThere(what: string): HoldfastError {
  return new HoldfastError('STORAGE_EXISTS', `something else is there already: ${what}`, {
    hint: 'Nothing was overwritten. See what it is; if nothing needs it, remove it and copy again.',
  })
}

/** Before the manifest, so that no prune ever finds the copy without them. */
export async function bringMarks(
  backup: Backup,
  { stored }: ReadableCopy,
  { instance }: JobStorage,
  now: Date,
  signal: AbortSignal,
): Promise<void> {
  const { base } = stored
  const isMissing = async (key: string): Promise<boolean> => (await instance.stat(key, signal)) === undefined
  if (backup.protected && (await isMissing(protectedKey(base)))) await protect(instance, base, now, signal)
  const isAccepted = backup.copies.some(({ accepted }) => accepted)
  if (isAccepted && (await isMissing(acceptedKey(base)))) await accept(instance, base, now, signal)
}

/** Publishes the copy with the very manifest of its source. */
export async function bringManifest(
  { storage, stored }: ReadableCopy,
  { instance }: JobStorage,
  signal: AbortSignal,
): Promise<CopiedObject> {
  const key = manifestKey(stored.base)
  const manifest = await readBytes(storage.instance, key, signal)
  if (sha256Of(manifest) !== stored.manifestSha256) {
    throw new HoldfastError(
      'VERIFY_MANIFEST',
      `${storage.instance.location(key)} changed while it was copied`,
    )
  }
  const signature = signatureKey(stored.base)
  if (stored.keys.includes(signature)) {
    await bringBytes(instance, signature, await readBytes(storage.instance, signature, signal), signal)
  }
  const status = await bringBytes(instance, key, manifest, signal)
  await instance.remove(copyingKey(stored.base), signal).catch(() => signal.throwIfAborted())
  return { key, bytes: manifest.length, status }
}

async function bringBytes(
  storage: Storage,
  key: string,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<CopiedObject['status']> {
  if ((await storage.stat(key, signal)) === undefined) {
    await putBytes(storage, key, bytes, { signal, ifAbsent: true })
    return 'copied'
  }
  if (bytes.equals(await readBytes(storage, key, signal))) return 'kept'
  throw alreadyThere(storage.location(key))
}

/**
 * Takes back a copy that turned out to be no good: the manifest first, and never the report of a run. Resolves false
 * where the storage does not let it go.
 */
export async function takeAway(
  { stored }: ReadableCopy,
  { instance }: JobStorage,
  signal: AbortSignal,
): Promise<boolean> {
  const { base } = stored
  try {
    await instance.remove(manifestKey(base), signal)
    for await (const { key } of instance.list(`${base}.`, signal)) {
      if (key !== reportKey(base)) await instance.remove(key, signal)
    }
    return true
  } catch {
    signal.throwIfAborted()
    return false
  }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
