import {
  type Attestation,
  type BackupObject,
  type Check,
  type DataRole,
  type VerifierInput,
  withCommas,
} from '@holdfast/plugin'
import { check, checkSize } from './checks.ts'
import type { ArchiveOptions } from './options.ts'

/** How an object is to be looked at. */
export type Way =
  | { way: 'read'; note?: Check }
  /** The storage's own checksum stands for its bytes. */
  | { way: 'attested'; attestation: Attestation }

const notRead = 'not read: the storage attests it'

/** Decides whether an object has to be read, and asks the storage for its word where it has not. */
export async function chooseWay(
  { attest, readFull }: Pick<VerifierInput, 'attest' | 'readFull'>,
  object: BackupObject,
  { read, fullBelowBytes = 0 }: ArchiveOptions,
): Promise<Way> {
  if (readFull || read === 'full' || (read === 'auto' && object.bytes < fullBelowBytes))
    return { way: 'read' }
  const attestation = await attest(object.role as DataRole)
  if (attestation !== undefined) return { way: 'attested', attestation }
  const detail = 'every byte was read: there is no checksum that the storage computed then and now'
  return { way: 'read', note: check('attested', 'skipped', detail) }
}

/** What can be said of a dump whose bytes nobody has read: nothing about what is in it. */
export function checkAttestedDump(
  input: Pick<VerifierInput, 'manifest'>,
  object: BackupObject,
  attestation: Attestation,
  options: ArchiveOptions,
): Check[] {
  const agreement = checkAttested(object, attestation)
  if (agreement.status === 'failed') return [agreement]
  return [
    agreement,
    ...['sha256', 'decode', 'contents', 'tables'].map((name) => check(name, 'skipped', notRead)),
    checkSize(input.manifest, attestation.bytes, options),
  ]
}

/** Does the storage still hold what was stored, by its own word? */
export function checkAttested(
  object: BackupObject,
  { bytes, checksum, matches }: Attestation,
  name = 'attested',
): Check {
  const said = `${checksum.algorithm} ${checksum.value}`
  if (matches) {
    return check(
      name,
      'passed',
      `the storage's own ${said} matches, over ${withCommas(bytes)} bytes; none was read`,
    )
  }
  return bytes === object.bytes
    ? check(name, 'failed', `the storage's own ${said} is not that of the object that was stored`)
    : check(
        name,
        'failed',
        `the storage holds ${withCommas(bytes)} bytes, but the manifest says ${withCommas(object.bytes)}`,
      )
}
