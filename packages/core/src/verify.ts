import {
  HoldfastError,
  isHoldfastError,
  makePrivateDirectory,
  type DataRole,
  type Manifest,
  type Verdict,
  type Verifier,
} from '@holdfast/plugin'
import { attest } from './attest.ts'
import type { RunProgress } from './events.ts'
import type { JobStorage, Named } from './job.ts'
import { objectOf } from './manifest.ts'
import type { Unlock } from './transform/age/unlock.ts'
import { decodeObject } from './transform/decode-object.ts'

/** The smallest step in bytes after which progress is told again. */
const progressStepBytes = 1 << 20

export interface VerifyOptions {
  /** What opens encrypted objects; without it they are checked as they are stored. */
  unlock?: Unlock | undefined
  onProgress?: (progress: RunProgress) => void
  /** Every byte is read, whatever the verifiers' options say. */
  readFull?: boolean
  signal: AbortSignal
}

/**
 * Asks each verifier about one storage's copy of a backup, one after the other, and resolves with what they say.
 * Whatever a verifier is given comes from the storage now. Rejects when a verification could not be done;
 * that is no word against the backup.
 */
export async function verifyCopy(
  copy: { storage: JobStorage; manifest: Manifest; history: readonly Manifest[] },
  verifiers: readonly Named<Verifier>[],
  options: VerifyOptions,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const verifier of verifiers) {
    const workspace = await makePrivateDirectory('verify')
    try {
      verdicts.push(await askVerifier(copy, verifier, workspace.path, options))
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason
      throw isHoldfastError(error)
        ? error.within({ stage: 'verify', plugin: verifier.name })
        : new HoldfastError(
            'INTERNAL',
            `${verifier.name} broke: ${error instanceof Error ? error.message : String(error)}`,
            {
              stage: 'verify',
              plugin: verifier.name,
              cause: error,
            },
          )
    } finally {
      await workspace.remove()
    }
  }
  return verdicts
}

async function askVerifier(
  { storage, manifest, history }: { storage: JobStorage; manifest: Manifest; history: readonly Manifest[] },
  { name, instance }: Named<Verifier>,
  workspace: string,
  { unlock, onProgress, readFull = false, signal }: VerifyOptions,
): Promise<Verdict> {
  const totalBytes = manifest.objects.reduce(
    (sum, object) => sum + (object.role === 'sidecar' ? 0 : object.bytes),
    0,
  )
  let readBytes = 0
  let toldBytes = 0
  const open = async (role: DataRole) => {
    const stream = await storage.instance.get(objectOf(manifest, role).key, { signal })
    stream.on('data', (chunk: Buffer) => {
      readBytes += chunk.length
      if (readBytes - toldBytes < progressStepBytes && readBytes < totalBytes) return
      toldBytes = readBytes
      onProgress?.({
        stage: 'verify',
        fraction: readBytes / totalBytes,
        detail: name,
        rawBytes: readBytes,
        storedBytes: 0,
      })
    })
    return stream.pause()
  }
  const said = await instance.verify(
    {
      manifest,
      history,
      open,
      attest: (role) => attest(storage, manifest, role, signal),
      readFull,
      decodable: manifest.encryption === undefined || unlock !== undefined,
      decode: (stored) => decodeObject(stored, manifest, unlock),
      workspace,
    },
    signal,
  )
  return { verifier: name, storage: storage.name, proves: instance.proves, ...said }
}
