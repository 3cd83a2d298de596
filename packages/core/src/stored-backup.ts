import { hash } from 'node:crypto'
import { hasCode, HoldfastError, type Manifest, type ObjectInfo, type Verdict } from '@holdfast/plugin'
import { type Group, keysOf } from './groups.ts'
import type { JobStorage } from './job.ts'
import { isVerdictPart, manifestKey, signatureKey } from './keys.ts'
import { parseManifest } from './manifest.ts'
import { readIfThere } from './read-small.ts'
import { isSignedBy } from './signing/signature.ts'
import {
  hasFailed,
  latestVerdicts,
  parseRecord,
  type VerdictRecord,
  type Verification,
  verificationOf,
} from './verification.ts'

/** One storage's copy of a backup. */
export interface Copy {
  storage: string
  plugin: string
  /** The start of all its keys. */
  base: string
  /** Every object of it, with the manifest, verdicts and marks. */
  keys: string[]
  /** Where its dump is, for people. */
  location: string
  /** Lower-case hex, of the manifest as it is stored. */
  manifestSha256: string
  /** The last verdict of each kind. */
  verdicts: Verdict[]
  verification: Verification
  /** When somebody last verified it; absent where nobody has. */
  verifiedAt?: Date
  /** It failed to look like the ones before it, and nobody has accepted it. */
  suspect: boolean
  protected: boolean
  accepted: boolean
  /** good: a trusted key has signed the manifest · unchecked: no key is trusted here. */
  signature: 'good' | 'unchecked' | 'none'
}

/** A backup as one storage has it. */
export interface StoredBackup<Kept = Manifest> extends Copy {
  name: string
  job: string
  startedAt: Date
  /** Absent when the manifest can not be read, or not be trusted. */
  manifest?: Kept
  invalid?: HoldfastError
}

/** Resolves undefined for an object that was deleted since it was listed. */
export type Read = (object: ObjectInfo) => Promise<Buffer | undefined>

/** The records of all its verifications, in the order in which they were made. */
export function verdictsIn({ parts }: Group): ObjectInfo[] {
  const verdicts = [...parts].filter(([part]) => isVerdictPart(part))
  return verdicts.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, object]) => object)
}

/** Resolves undefined for a backup that was deleted since it was listed. */
export async function readBackup(
  storage: JobStorage,
  group: Group,
  read: Read,
  signal: AbortSignal,
): Promise<StoredBackup | undefined> {
  const copy = {
    storage: storage.name,
    plugin: storage.plugin,
    base: group.base,
    keys: keysOf(group),
    protected: group.parts.has('protected.json'),
    accepted: group.parts.has('accepted.json'),
    name: group.name,
    job: group.job,
    signature: signatureOf(storage, group),
  }
  const object = group.parts.get('manifest.json')
  const bytes = object && (await read(object))
  if (bytes === undefined) return undefined
  const manifestSha256 = hash('sha256', bytes, 'hex')
  try {
    await refuseUnsigned(storage, group.base, bytes, signal)
    const manifest = parseManifest(bytes.toString(), group.base)
    const records = await readVerdicts(group, manifestSha256, read)
    const verdicts = latestVerdicts(records.flatMap((record) => record.verdicts))
    const verifiedAt = records.at(-1)?.verifiedAt
    const dump = manifest.objects.find((object) => object.role === 'dump')
    return {
      ...copy,
      manifestSha256,
      location: storage.instance.location(dump?.key ?? group.base),
      startedAt: new Date(manifest.startedAt),
      manifest,
      verdicts,
      verification: verificationOf(verdicts),
      ...(verifiedAt !== undefined && { verifiedAt: new Date(verifiedAt) }),
      suspect: hasFailed(verdicts, 'plausible') && !copy.accepted,
    }
  } catch (error) {
    if (!hasCode(error, 'VERIFY_MANIFEST') && !hasCode(error, 'VERIFY_SIGNATURE')) throw error
    return {
      ...copy,
      manifestSha256,
      location: storage.instance.location(`${group.base}.manifest.json`),
      startedAt: group.modifiedAt,
      invalid: error,
      signature: 'none',
      verdicts: [],
      verification: 'invalid',
      suspect: false,
    }
  }
}

function signatureOf({ trustedKeys = [] }: JobStorage, { parts }: Group): Copy['signature'] {
  if (!parts.has('manifest.json.sig')) return 'none'
  return trustedKeys.length > 0 ? 'good' : 'unchecked'
}

/** Throws VERIFY_SIGNATURE where there are trusted keys and none of them has signed exactly these bytes. */
async function refuseUnsigned(
  { instance, trustedKeys = [] }: JobStorage,
  base: string,
  manifest: Buffer,
  signal: AbortSignal,
): Promise<void> {
  if (trustedKeys.length === 0) return
  const signature = await readIfThere(instance, signatureKey(base), signal)
  if (signature !== undefined && isSignedBy(trustedKeys, manifest, signature)) return
  const what = signature === undefined ? 'is not signed' : 'is not what a trusted key has signed'
  throw new HoldfastError('VERIFY_SIGNATURE', `${manifestKey(base)} ${what}`, {
    hint: 'Do not restore it until you know who wrote it. Older backups than the signing key are read without one, with --from.',
  })
}

/** Those of this manifest, in the order in which they were given. */
async function readVerdicts(group: Group, manifestSha256: string, read: Read): Promise<VerdictRecord[]> {
  const records: VerdictRecord[] = []
  for (const object of verdictsIn(group)) {
    const record = parseRecord(await read(object))
    if (record?.manifestSha256 === manifestSha256) records.push(record)
  }
  return records
}
