import type { Manifest } from '@holdfast/plugin'
import { type Group, groupObjects, keysOf } from './groups.ts'
import type { JobStorage } from './job.ts'
import { headOf, type ManifestHead } from './manifest-head.ts'
import { contentsIn, packedBackups, type PackWriter, type ReadObject, readPack } from './pack.ts'
import { mapParallel } from './parallel.ts'
import { readIfThere } from './read-small.ts'
import { readBackup, type Read, type StoredBackup, verdictsIn } from './stored-backup.ts'

/** What a storage holds without a manifest: a run that died, or one that is under way. */
export interface Orphan {
  job: string
  base: string
  keys: string[]
  /** When its newest object was written, by the storage's clock. */
  modifiedAt: Date
}

export interface StorageCatalog<Kept = Manifest> {
  storage: string
  /** Newest first. */
  backups: StoredBackup<Kept>[]
  orphans: Orphan[]
}

/** How many backups are read at the same time. */
const parallelReads = 16

/** After how many it is asked whether they are enough. */
const batchBackups = 100

export interface CatalogOptions<Kept = Manifest> {
  /** Read only so many manifests, those of the backups that were started last. */
  newest?: number
  /** Read on, the newest first, only until what has been read is enough. Asked after each hundred. */
  isEnough?: (read: readonly StoredBackup<Kept>[]) => boolean
  /** Take what the last run packed together for what it is a copy of: for a look, not for what follows from it. */
  packed?: boolean
  /** Given the manifest and the verdicts of each backup, as they were read. */
  onRead?: PackWriter['add']
}

/** Reads every backup of a job, or of all jobs, that a storage holds. Objects that are not ours are passed over. */
export function readCatalog(
  storage: JobStorage,
  job: string | undefined,
  signal: AbortSignal,
  options: CatalogOptions = {},
): Promise<StorageCatalog> {
  return read(storage, job, signal, (manifest) => manifest, options)
}

/** The same without what grows with the database, so that thousands of backups take little memory. */
export function readHeads(
  storage: JobStorage,
  job: string | undefined,
  signal: AbortSignal,
  options: CatalogOptions<ManifestHead> = {},
): Promise<StorageCatalog<ManifestHead>> {
  return read(storage, job, signal, headOf, options)
}

async function read<Kept>(
  storage: JobStorage,
  job: string | undefined,
  signal: AbortSignal,
  keep: (manifest: Manifest) => Kept,
  { newest = Infinity, isEnough, packed = false, onRead }: CatalogOptions<Kept>,
): Promise<StorageCatalog<Kept>> {
  const groups = await groupObjects(storage.instance, job, signal)
  const wanted = groups.backups.slice(0, newest)
  const backups: StoredBackup<Kept>[] = []
  const readOne = async (group: Group, copies: Contents | undefined): Promise<void> => {
    const contents: ReadObject[] = []
    const readObject: Read = async (object) => {
      const content = copies?.get(object.key) ?? (await readIfThere(storage.instance, object.key, signal))
      if (content !== undefined && onRead !== undefined) contents.push({ object, content })
      return content
    }
    const found = await readBackup(storage, group, readObject, signal)
    if (found === undefined) return
    const { manifest, ...rest } = found
    backups.push({ ...rest, ...(manifest !== undefined && { manifest: keep(manifest) }) })
    await onRead?.(group.base, contents)
  }
  const left = packed
    ? await readPacked(storage, wanted, readOne, signal)
    : wanted.map((group): Unread => ({ group }))
  const batch = isEnough === undefined ? left.length : batchBackups
  for (let at = 0; at < left.length && isEnough?.(backups) !== true; at += batch) {
    const next = left.slice(at, at + batch)
    await mapParallel(next, parallelReads, ({ group, copies }) => readOne(group, copies))
  }
  backups.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  const orphans = groups.orphans.map((group) => {
    const { job: owner, base, modifiedAt } = group
    return { job: owner, base, keys: keysOf(group), modifiedAt }
  })
  return { storage: storage.name, backups, orphans }
}

/** What is in some objects, by their keys. */
type Contents = ReadonlyMap<string, Buffer>

/** What is still to be read, with the copies of a part of it that there are. */
interface Unread {
  group: Group
  copies?: Contents
}

/**
 * Reads the backups of which the packs have everything. Who trusts nothing unsigned is shown nothing that was read from
 * anywhere but the signed object itself.
 */
async function readPacked(
  { instance, trustedKeys = [] }: JobStorage,
  groups: readonly Group[],
  readOne: (group: Group, copies: Contents) => Promise<void>,
  signal: AbortSignal,
): Promise<Unread[]> {
  const left = new Map(groups.map((group): [string, Unread] => [group.base, { group }]))
  if (trustedKeys.length > 0) return [...left.values()]
  const jobs = [...Map.groupBy(groups, ({ job }) => job)].filter(([, those]) => those.length >= packedBackups)
  await Promise.all(
    jobs.map(async ([job]) => {
      for await (const packed of readPack(instance, job, signal)) {
        const unread = left.get(packed.base)
        if (unread === undefined) continue
        const { group } = unread
        const copies = contentsIn(packed, group.parts.values())
        if (isWhole(group, copies)) {
          left.delete(packed.base)
          await readOne(group, copies)
        } else unread.copies = copies
      }
    }),
  )
  return [...left.values()]
}

function isWhole(group: Group, copies: Contents): boolean {
  const needed = [group.parts.get('manifest.json'), ...verdictsIn(group)]
  return needed.every((object) => object !== undefined && copies.has(object.key))
}
