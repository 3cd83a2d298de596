import type { Verdict, Verifier } from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import { refuseUnencrypted, type Decryption } from './encryption/identities.ts'
import type { RunProgress } from './events.ts'
import { trustedHistory } from './history.ts'
import type { JobStorage, Named } from './job.ts'
import { writeVerdicts } from './records.ts'
import { verifyCopy } from './verify.ts'

/**
 * Verifies every copy of a backup again and keeps the verdicts beside each. The first copy is asked everything, the
 * others only whether they are whole. Thrown is what is no finding about the bytes: a manifest that can not be read or
 * trusted (VERIFY_MANIFEST, VERIFY_SIGNATURE), one without encryption where there has to be some (VERIFY_UNENCRYPTED),
 * and a key that does not fit (DECRYPT_KEY_WRONG).
 */
export async function verifyBackup(
  backup: Backup,
  options: {
    storages: readonly JobStorage[]
    verifiers: readonly Named<Verifier>[]
    /** Every backup of the job, for comparing sizes. */
    backups: readonly Backup[]
    decryption?: Decryption
    now: () => Date
    onProgress?: (progress: RunProgress) => void
    /** Every byte is read, whatever the verifiers' options say. */
    readFull?: boolean
    signal: AbortSignal
  },
): Promise<Verdict[]> {
  const { signal, onProgress, decryption, readFull = false } = options
  if (backup.invalid !== undefined) throw backup.invalid
  const all: Verdict[] = []
  for (const [index, stored] of backup.copies.entries()) {
    const storage = options.storages.find((one) => one.name === stored.storage)
    if (storage === undefined || stored.manifest === undefined) continue
    refuseUnencrypted(stored.manifest, decryption)
    const verifiers =
      index === 0
        ? options.verifiers
        : options.verifiers.filter(({ instance }) => instance.proves === 'archive')
    const history = trustedHistory(options.backups, stored.manifest, backup.startedAt)
    const verdicts = await verifyCopy({ storage, manifest: stored.manifest, history }, verifiers, {
      unlock: decryption?.unlock,
      readFull,
      signal,
      ...(onProgress !== undefined && { onProgress }),
    })
    await writeVerdicts(storage.instance, { ...stored, id: backup.id }, verdicts, options.now(), signal)
    all.push(...verdicts)
  }
  return all
}
