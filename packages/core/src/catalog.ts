import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import {
  hasCode,
  HoldfastError,
  type Manifest,
  type ObjectInfo,
  type Storage,
  type Verdict,
} from '@holdfast/plugin'
import type { JobStorage } from './job.ts'
import { isVerdictPart, manifestKey, parseKey, signatureKey, stampOf } from './keys.ts'
import { parseManifest } from './manifest.ts'
import { type Pack, packedBackups, packedIn, readPack } from './pack.ts'
import { isSignedBy } from './signing/signature.ts'

/** The verdicts of one verification, as an object beside the backup. */
export interface VerdictRecord {
  schemaVersion: 1
  /** The backup's id. */
  backup: string
  /** Of the manifest that was verified: a record says nothing about another one. */
  manifestSha256: string
  verifiedAt: string
  verdicts: Verdict[]
}

/** How well a backup is known to be good. */
export type Verification =
  | 'restored'
  | 'archive'
  | 'stored'
  | 'attested'
  | 'unverified'
  | 'failed'
  | 'invalid'

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
export interface StoredBackup extends Copy {
  name: string
  job: string
  startedAt: Date
  /** Absent when the manifest can not be read, or not be trusted. */
  manifest?: Manifest
  invalid?: HoldfastError
}

/** What a storage holds without a manifest: a run that died, or one that is under way. */
export interface Orphan {
  job: string
  base: string
  keys: string[]
  /** When its newest object was written, by the storage's clock. */
  modifiedAt: Date
}

export interface StorageCatalog {
  storage: string
  /** Newest first. */
  backups: StoredBackup[]
  orphans: Orphan[]
}

interface Group {
  job: string
  name: string
  base: string
  parts: Map<string, ObjectInfo>
  modifiedAt: Date
}

const parallelReads = 16

export interface CatalogOptions {
  /** Read only so many manifests, those of the backups that were started last. */
  newest?: number
  /** Take what the last run packed together for what it is a copy of: for a look, not for what follows from it. */
  packed?: boolean
  /** Told of each manifest and verdict that was read, with the bytes. */
  onRead?: (read: { object: ObjectInfo; content: Buffer }) => void
}

/** Resolves undefined for an object that was deleted since it was listed. */
type Read = (object: ObjectInfo) => Promise<Buffer | undefined>

/** Reads every backup of a job, or of all jobs, that a storage holds. Objects that are not ours are passed over. */
export async function readCatalog(
  storage: JobStorage,
  job: string | undefined,
  signal: AbortSignal,
  { newest = Infinity, packed = false, onRead }: CatalogOptions = {},
): Promise<StorageCatalog> {
  const groups = await groupObjects(storage.instance, job, signal)
  const all = groups.filter((group) => group.parts.has('manifest.json'))
  const whole = all.toSorted((a, b) => (stampOf(a.name) < stampOf(b.name) ? 1 : -1)).slice(0, newest)
  const packs = packed ? await readPacks(storage, whole, signal) : []
  const read: Read = async (object) => {
    const copy = packs.map((pack) => packedIn(pack, object)).find((found) => found !== undefined)
    const content = copy ?? (await readIfThere(storage.instance, object.key, signal))
    if (content !== undefined) onRead?.({ object, content })
    return content
  }
  const found = await mapParallel(whole, parallelReads, (group) => readBackup(storage, group, read, signal))
  const backups = found.filter((backup) => backup !== undefined)
  const orphans = groups
    .filter((group) => !group.parts.has('manifest.json'))
    .map(({ job: owner, base, parts, modifiedAt }) => ({
      job: owner,
      base,
      keys: keysOf(parts),
      modifiedAt,
    }))
  backups.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  return { storage: storage.name, backups, orphans }
}

/** Who trusts nothing unsigned is shown nothing that was read from anywhere but the signed object itself. */
async function readPacks(
  { instance, trustedKeys = [] }: JobStorage,
  groups: readonly Group[],
  signal: AbortSignal,
): Promise<Pack[]> {
  if (trustedKeys.length > 0) return []
  const jobs = [...Map.groupBy(groups, ({ job }) => job)].filter(([, those]) => those.length >= packedBackups)
  return Promise.all(jobs.map(([job]) => readPack(instance, job, signal)))
}

function keysOf(parts: Group['parts']): string[] {
  return [...parts.values()].map(({ key }) => key)
}

/** Works on some of the items at a time; the results are in the order of the items. The first error is thrown on. */
async function mapParallel<Item, Result>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return results
}

async function groupObjects(
  storage: Storage,
  job: string | undefined,
  signal: AbortSignal,
): Promise<Group[]> {
  const groups = new Map<string, Group>()
  for await (const object of storage.list(job === undefined ? '' : `${job}/`, signal)) {
    const key = parseKey(object.key)
    if (key === undefined) continue
    const group = groups.get(key.base) ?? {
      ...key,
      parts: new Map<string, ObjectInfo>(),
      modifiedAt: object.modifiedAt,
    }
    group.parts.set(key.part, object)
    if (object.modifiedAt > group.modifiedAt) group.modifiedAt = object.modifiedAt
    groups.set(key.base, group)
  }
  return [...groups.values()]
}

/** Resolves undefined for a backup that was deleted since it was listed. */
async function readBackup(
  storage: JobStorage,
  group: Group,
  read: Read,
  signal: AbortSignal,
): Promise<StoredBackup | undefined> {
  const copy = {
    storage: storage.name,
    plugin: storage.plugin,
    base: group.base,
    keys: keysOf(group.parts),
    protected: group.parts.has('protected.json'),
    accepted: group.parts.has('accepted.json'),
    name: group.name,
    job: group.job,
    signature: signatureOf(storage, group),
  }
  const object = group.parts.get('manifest.json')
  const bytes = object && (await read(object))
  if (bytes === undefined) return undefined
  const manifestSha256 = createHash('sha256').update(bytes).digest('hex')
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
  const parts = [...group.parts].filter(([part]) => isVerdictPart(part))
  const records: VerdictRecord[] = []
  for (const [, object] of parts.toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const record = parseRecord(await read(object))
    if (record?.manifestSha256 === manifestSha256) records.push(record)
  }
  return records
}

/** A verdict record that can not be read says nothing: the backup counts as not verified by it. */
function parseRecord(json: Buffer | undefined): VerdictRecord | undefined {
  try {
    const record = JSON.parse(String(json)) as VerdictRecord
    return record.schemaVersion === 1 && Array.isArray(record.verdicts) ? record : undefined
  } catch {
    return undefined
  }
}

/** What says that a backup is whole, the closest look first. */
const wholeness: readonly Verdict['proves'][] = ['restored', 'archive', 'stored', 'attested']

/**
 * The last verdict of each verifier, which none of another takes back, nor one that rests on a less close look; one
 * that looked at nothing takes nothing back.
 */
function latestVerdicts(verdicts: readonly Verdict[]): Verdict[] {
  const latest = new Map<string, Verdict>()
  for (const verdict of verdicts) {
    if (verdict.status === 'skipped') continue
    const key = (proves: Verdict['proves']): string => `${proves} ${verdict.verifier}`
    if (verdict.status !== 'failed') {
      const closeness = wholeness.indexOf(verdict.proves)
      for (const less of closeness === -1 ? [] : wholeness.slice(closeness)) latest.delete(key(less))
    }
    latest.set(key(verdict.proves), verdict)
  }
  return [...latest.values()]
}

function verificationOf(latest: readonly Verdict[]): Verification {
  if (wholeness.some((proves) => hasFailed(latest, proves))) return 'failed'
  const seen = wholeness.find((proves) => latest.some((verdict) => verdict.proves === proves))
  return (seen as Verification | undefined) ?? 'unverified'
}

function hasFailed(verdicts: readonly Verdict[], proves: Verdict['proves']): boolean {
  return verdicts.some((verdict) => verdict.proves === proves && verdict.status === 'failed')
}

async function readIfThere(storage: Storage, key: string, signal: AbortSignal): Promise<Buffer | undefined> {
  try {
    return await readBytes(storage, key, signal)
  } catch (error) {
    if (hasCode(error, 'STORAGE_NOT_FOUND')) return undefined
    throw error
  }
}

/** The whole of a small object as text. */
export async function readText(storage: Storage, key: string, signal: AbortSignal): Promise<string> {
  return (await readBytes(storage, key, signal)).toString()
}

/** The whole of a small object. */
export async function readBytes(storage: Storage, key: string, signal: AbortSignal): Promise<Buffer> {
  return buffer(await storage.get(key, { signal }))
}

/** True where a verifier found this copy to be what was stored, whole, and nothing has been found since. */
export function isVerified({ verification }: Pick<Copy, 'verification'>): boolean {
  return (wholeness as readonly string[]).includes(verification)
}
