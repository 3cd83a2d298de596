import { createHash } from 'node:crypto'
import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream'
import { HoldfastError, type BackupObject, type DataRole, type Manifest } from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import { refuseUnencrypted, type Decryption } from './encryption/identities.ts'
import type { JobStorage } from './job.ts'
import { objectOf } from './manifest.ts'
import type { StoredBackup } from './stored-backup.ts'
import { decodeObject } from './transform/decode-object.ts'
import { isVerified } from './verification.ts'

/** A copy of a backup that can be read: where it is and what it should be. */
export interface ReadableCopy {
  storage: JobStorage
  stored: StoredBackup
  manifest: Manifest
}

/** The copy to read: a verified one before others, one that nobody found damaged next, then in the order of the storages. */
export function chooseCopy(backup: Backup, storages: readonly JobStorage[]): ReadableCopy {
  const copies = backup.copies.flatMap((stored): ReadableCopy[] => {
    const storage = storages.find((one) => one.name === stored.storage)
    return storage === undefined || stored.manifest === undefined
      ? []
      : [{ storage, stored, manifest: stored.manifest }]
  })
  const best =
    copies.find(({ stored }) => isVerified(stored)) ??
    copies.find(({ stored }) => stored.verification !== 'failed') ??
    copies[0]
  if (best !== undefined) return best
  throw (
    backup.invalid ??
    new HoldfastError('BACKUP_NOT_FOUND', `no storage here has a readable copy of ${backup.name}`)
  )
}

/**
 * Streams an object of a copy as it is stored, or decoded. The last bytes are given only once the length and sha256
 * agree with the manifest; otherwise the stream is destroyed with VERIFY_DIGEST. What is to be decoded and must be
 * encrypted and is not is refused with VERIFY_UNENCRYPTED.
 */
export async function openObject(
  { storage, manifest }: ReadableCopy,
  role: DataRole,
  options: {
    decode: boolean
    decryption?: Decryption | undefined
    onBytes?: (bytes: number) => void
    signal: AbortSignal
  },
): Promise<Readable> {
  if (options.decode) refuseUnencrypted(manifest, options.decryption)
  const checked = await readChecked(storage, objectOf(manifest, role), options)
  return options.decode ? decodeObject(checked, manifest, options.decryption?.unlock) : checked
}

/** The stored bytes of an object, with the same promise. */
export async function readChecked(
  { instance, name }: JobStorage,
  object: BackupObject,
  { onBytes, signal }: { onBytes?: ((bytes: number) => void) | undefined; signal: AbortSignal },
): Promise<Readable> {
  return pipeline(await instance.get(object.key, { signal }), checkDigest(object, name, onBytes), () => {})
}

function checkDigest(
  object: BackupObject,
  plugin: string,
  onBytes: ((bytes: number) => void) | undefined,
): Transform {
  const hash = createHash('sha256')
  let bytes = 0
  let held: Buffer | undefined
  const differs = (what: string, expected: string | number): HoldfastError =>
    new HoldfastError('VERIFY_DIGEST', `${object.key} ${what}, its manifest says ${expected}`, {
      plugin,
      hint: 'The object was damaged or replaced where it is stored. Use another copy or another backup.',
    })
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      hash.update(chunk)
      bytes += chunk.length
      // Whoever takes it may count as well, and would blame the length that was asked for.
      if (bytes > object.bytes) return done(differs('is longer', object.bytes))
      onBytes?.(bytes)
      const ready = held
      held = chunk
      done(null, ready)
    },
    flush(done: TransformCallback) {
      const sha256 = hash.digest('hex')
      if (bytes !== object.bytes) return done(differs(`is ${bytes} bytes long`, object.bytes))
      if (sha256 !== object.sha256) return done(differs(`has sha256 ${sha256}`, object.sha256))
      done(null, held)
    },
  })
}
