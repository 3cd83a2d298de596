import type { BackupKind, Compression, DumpFormat, Encryption } from '@holdfast/plugin'

/** The last part of a key, after the backup's name: which object of the backup it is. */
const verdictPart = /^verdict-(\d{8}T\d{9}Z)\.json$/

const keyShape =
  /^([A-Za-z0-9][A-Za-z0-9._-]*)\/(\d{4})\/(\d{2})\/(\1_(?:full|schema|data|tables)_\d{8}_\d{6}(?:-\d+)?)\.([^/]+)$/

/** A key that Holdfast made, taken apart. */
export interface ParsedKey {
  job: string
  /** The backup's name. */
  name: string
  /** Everything before the part: `<job>/<yyyy>/<mm>/<name>`. */
  base: string
  part: string
}

/** Resolves undefined for a key that is none of ours: foreign files are never read, moved or deleted. */
export function parseKey(key: string): ParsedKey | undefined {
  const match = keyShape.exec(key)
  if (match === null) return undefined
  const [, job, year, month, name, part] = match
  if (job === undefined || name === undefined || part === undefined) return undefined
  return { job, name, base: `${job}/${year}/${month}/${name}`, part }
}

/** The readable name of a backup: `shop_full_20261122_030000`, in UTC, with `-2` and so on for the same second. */
export function backupName(job: string, kind: BackupKind, startedAt: Date, attempt = 1): string {
  const stamp = startedAt.toISOString().replace(/[-:]/g, '')
  const suffix = attempt === 1 ? '' : `-${attempt}`
  return `${job}_${kind}_${stamp.slice(0, 8)}_${stamp.slice(9, 15)}${suffix}`
}

/** The part of a backup's name that sorts by time, whatever its kind: `20261122_030000`. */
export function stampOf(name: string): string {
  return /\d{8}_\d{6}(?:-\d+)?$/.exec(name)?.[0] ?? ''
}

/** The start of every key of a backup. */
export function backupBase(job: string, name: string, startedAt: Date): string {
  const date = startedAt.toISOString()
  return `${job}/${date.slice(0, 4)}/${date.slice(5, 7)}/${name}`
}

const formatExtension: Record<DumpFormat, string> = { custom: 'dump', plain: 'sql' }
const compressionExtension: Record<Compression['algorithm'], string> = { zstd: '.zst', gzip: '.gz', none: '' }

/** How an object is packed: the end of its name says so. */
export interface Packing {
  compression: Compression
  encryption?: Encryption | undefined
}

export function dumpKey(base: string, format: DumpFormat, packing: Packing): string {
  return `${base}.${formatExtension[format]}${packingExtension(packing)}`
}

export function globalsKey(base: string, packing: Packing): string {
  return `${base}.globals.sql${packingExtension(packing)}`
}

function packingExtension({ compression, encryption }: Packing): string {
  return `${compressionExtension[compression.algorithm]}${encryption === undefined ? '' : `.${encryption.algorithm}`}`
}

/** What `sha256sum -c` reads, beside the dump. */
export function sidecarKey(dump: string): string {
  return `${dump}.sha256`
}

export function manifestKey(base: string): string {
  return `${base}.manifest.json`
}

/** The signature of the manifest, beside it. */
export function signatureKey(base: string): string {
  return `${manifestKey(base)}.sig`
}

export function reportKey(base: string): string {
  return `${base}.report.json`
}

export function protectedKey(base: string): string {
  return `${base}.protected.json`
}

export function acceptedKey(base: string): string {
  return `${base}.accepted.json`
}

/** Beside a backup that `holdfast copy` is bringing: what there is has no manifest yet. */
export function copyingKey(base: string): string {
  return `${base}.copying.json`
}

/** What was told of a job outside of its runs. No backup has a key like it. */
export function toldKey(job: string): string {
  return `${job}/.told.json`
}

/** Since when a job is known, beside what was told of it. */
export function firstSeenKey(job: string): string {
  return `${job}/.first-seen.json`
}

/** Verdicts sort by name in the order in which they were given. */
export function verdictKey(base: string, at: Date): string {
  return `${base}.verdict-${at.toISOString().replace(/[-:.]/g, '')}.json`
}

export function isVerdictPart(part: string): boolean {
  return verdictPart.test(part)
}
