import type { Attestation, Checksum, DataRole, Manifest } from '@holdfast/plugin'
import type { JobStorage } from './job.ts'
import { objectOf } from './manifest.ts'

/**
 * Compares what a storage says of an object now with what the manifest knows of it. Any storage's word will do as long
 * as the algorithm is the same: they were all sent the same bytes. Resolves undefined where there is nothing to compare.
 */
export async function attest(
  { instance, name }: JobStorage,
  manifest: Manifest,
  role: DataRole,
  signal: AbortSignal,
): Promise<Attestation | undefined> {
  const object = objectOf(manifest, role)
  const found = await instance.stat(object.key, signal)
  if (found?.checksum === undefined) return undefined
  const { bytes, checksum } = found
  const known = [...wordsOn(object.key, manifest, name), sha256(object.sha256)].find(
    ({ algorithm }) => algorithm === checksum.algorithm,
  )
  if (known === undefined) return undefined
  return { bytes, checksum, matches: bytes === object.bytes && known.value === checksum.value }
}

/** What storages computed when the object was stored; the named one's word first. */
function wordsOn(key: string, { copies = [] }: Manifest, name: string): Checksum[] {
  const ownFirst = copies.toSorted((a, b) => Number(b.storage === name) - Number(a.storage === name))
  return ownFirst.flatMap(({ checksums }) => checksums[key] ?? [])
}

function sha256(value: string): Checksum {
  return { algorithm: 'sha256', value }
}
