import { HoldfastError, type Manifest } from '@holdfast/plugin'
import { readCatalog, readHeads, type CatalogOptions, type StorageCatalog } from './catalog.ts'
import type { JobStorage } from './job.ts'
import type { ManifestHead } from './manifest-head.ts'
import type { Copy, StoredBackup } from './stored-backup.ts'
import type { Verification } from './verification.ts'

/** A backup with every copy that the storages hold of it. */
export interface Backup<Kept = Manifest> {
  /** The manifest's id; the name where the manifest can not be read or trusted. */
  id: string
  name: string
  job: string
  startedAt: Date
  manifest?: Kept
  invalid?: HoldfastError
  /** In the order of the storages: the primary's first. */
  copies: readonly [StoredBackup<Kept>, ...StoredBackup<Kept>[]]
  /** That of its best copy. */
  verification: Verification
  suspect: boolean
  protected: boolean
}

const bestFirst: readonly Verification[] = [
  'restored',
  'archive',
  'stored',
  'attested',
  'failed',
  'unverified',
  'invalid',
]

/** Every backup in the storages, newest first; where only the newest matter, no more than these are read. */
export async function listBackups(
  storages: readonly JobStorage[],
  job: string | undefined,
  signal: AbortSignal,
  options: CatalogOptions = {},
): Promise<Backup[]> {
  return mergeCatalogs(
    await Promise.all(storages.map((storage) => readCatalog(storage, job, signal, options))),
  )
}

/** The same without what grows with the database, so that thousands of backups take little memory. */
export async function listHeads(
  storages: readonly JobStorage[],
  job: string | undefined,
  signal: AbortSignal,
  options: CatalogOptions<ManifestHead> = {},
): Promise<Backup<ManifestHead>[]> {
  return mergeCatalogs(await Promise.all(storages.map((storage) => readHeads(storage, job, signal, options))))
}

/** The backups of several storages, newest first, each with every copy that they hold of it. */
export function mergeCatalogs<Kept extends ManifestHead>(
  catalogs: readonly StorageCatalog<Kept>[],
): Backup<Kept>[] {
  const byId = Map.groupBy(
    catalogs.flatMap((catalog) => catalog.backups),
    (stored) => `${stored.job}/${stored.manifest?.id ?? stored.name}`,
  )
  const backups = [...byId.values()].map((copies) =>
    mergeCopies(copies as [StoredBackup<Kept>, ...StoredBackup<Kept>[]]),
  )
  return backups.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
}

function mergeCopies<Kept extends ManifestHead>(
  copies: [StoredBackup<Kept>, ...StoredBackup<Kept>[]],
): Backup<Kept> {
  const [first] = copies
  const { manifest } = copies.find((copy) => copy.manifest !== undefined) ?? first
  return {
    id: manifest?.id ?? first.name,
    name: first.name,
    job: first.job,
    startedAt: first.startedAt,
    ...(manifest !== undefined && { manifest }),
    ...(first.invalid !== undefined && { invalid: first.invalid }),
    copies,
    verification: bestFirst.find((one) => copies.some((copy) => copy.verification === one)) ?? 'unverified',
    suspect: copies.some((copy: Copy) => copy.suspect),
    protected: copies.some((copy: Copy) => copy.protected),
  }
}

/**
 * Finds the backup that a person means: an id or the start of one (4 digits or more), a name, `latest`, or
 * `job@latest`, `job@id`, `job@name`. `latest` is the newest with a readable manifest.
 */
export function findBackup(backups: readonly Backup[], wanted: string): Backup {
  const at = wanted.indexOf('@')
  const job = at === -1 ? undefined : wanted.slice(0, at)
  const selector = wanted.slice(at + 1)
  const candidates = job === undefined ? backups : backups.filter((backup) => backup.job === job)
  if (selector === 'latest') return findLatest(candidates, wanted)
  const exact = candidates.filter((backup) => backup.id === selector || backup.name === selector)
  const found =
    exact.length > 0
      ? exact
      : candidates.filter((backup) => selector.length >= 4 && backup.id.startsWith(selector))
  if (found.length > 1) {
    throw new HoldfastError(
      'BACKUP_AMBIGUOUS',
      `"${wanted}" may be ${found.map((backup) => backup.id).join(' or ')}`,
      {
        hint: 'Use the full id.',
      },
    )
  }
  return found[0] ?? notFound(wanted, backups)
}

function findLatest(candidates: readonly Backup[], wanted: string): Backup {
  const jobs = [...new Set(candidates.map((backup) => backup.job))]
  if (jobs.length > 1) {
    throw new HoldfastError(
      'BACKUP_AMBIGUOUS',
      `"latest" may be of ${jobs.length} jobs: ${jobs.join(', ')}`,
      {
        hint: `Say which job: ${jobs[0]}@latest.`,
      },
    )
  }
  return candidates.find((backup) => backup.manifest !== undefined) ?? notFound(wanted, candidates)
}

function notFound(wanted: string, backups: readonly Backup[]): never {
  const newest = backups[0]
  throw new HoldfastError(
    'BACKUP_NOT_FOUND',
    `there is no backup "${wanted}" among the ${backups.length} found`,
    {
      hint:
        newest === undefined
          ? 'The storage holds no backup yet, or --from names another place.'
          : `The newest is ${newest.name} (id ${newest.id}); \`holdfast list\` shows them all.`,
    },
  )
}
