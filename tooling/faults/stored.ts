import { createHash } from 'node:crypto'
import { type Backup, listBackups, type Named, verifyBackup } from '@holdfast/core'
import type { Manifest, Verdict, Verifier } from '@holdfast/plugin'
import archive from '@holdfast/verifier-archive'
import { directoryShelf, type Shelf } from './shelf.ts'

// How long a test may take is the test's to say.
const { signal } = new AbortController()
const context = { name: 'archive', job: 'any', baseDirectory: '/' }
const verifiers: Named<Verifier>[] = [
  { name: 'archive', plugin: 'archive', instance: archive.create(archive.parseOptions({}), context) },
]

/** A directory, or a place of another kind. */
type Place = string | Shelf

function shelfOf(place: Place): Shelf {
  return typeof place === 'string' ? directoryShelf(place) : place
}

/** What `list` finds there, newest first. */
export function backupsIn(place: Place): Promise<Backup[]> {
  return listBackups([shelfOf(place).storage], undefined, signal)
}

/** What `verify` says of one backup. */
export function verdictsOn(place: Place, backup: Backup): Promise<Verdict[]> {
  return verifyBackup(backup, {
    storages: [shelfOf(place).storage],
    verifiers,
    backups: [],
    now: () => new Date(),
    signal,
  })
}

/** Objects that were whole when they were last read, each with its size and time. */
export type KnownWhole = Map<string, string>

/** Where the backups there differ from their manifests. What is known to be whole is read again once it was written anew. */
export async function wrongObjectsIn(place: Place, known: KnownWhole): Promise<string[]> {
  return wrongObjectsOf(await backupsIn(place), place, known)
}

async function wrongObjectsOf(
  backups: readonly Backup[],
  place: Place,
  known: KnownWhole = new Map(),
): Promise<string[]> {
  const problems: string[] = []
  for (const { name, manifest, invalid } of backups) {
    if (manifest === undefined) problems.push(`${name}: ${invalid?.message}`)
    else problems.push(...(await wrongObjects(shelfOf(place), manifest, known)))
  }
  return problems
}

/** The same, and what `verify` has against them. */
export async function damageIn(place: Place): Promise<string[]> {
  const backups = await backupsIn(place)
  const problems = await wrongObjectsOf(backups, place)
  for (const backup of backups) {
    if (backup.manifest === undefined) continue
    for (const { status, checks } of await verdictsOn(place, backup)) {
      if (status === 'failed') problems.push(`${backup.name}: ${JSON.stringify(checks)}`)
    }
  }
  return problems
}

async function wrongObjects(shelf: Shelf, { objects }: Manifest, known: KnownWhole): Promise<string[]> {
  const problems = await Promise.all(
    objects.map(async ({ key, bytes, sha256 }) => {
      const found = await shelf.storage.instance.stat(key, signal)
      const version = `${found?.bytes} bytes of ${found?.modifiedAt.toISOString()}`
      if (found !== undefined && known.get(key) === version) return []
      const stored = await shelf.read(key)
      if (stored === undefined) return `${key} is missing`
      if (stored.length !== bytes) return `${key} has ${stored.length} bytes, not ${bytes}`
      if (createHash('sha256').update(stored).digest('hex') !== sha256) return `${key} has another sha256`
      known.set(key, version)
      return []
    }),
  )
  return problems.flat()
}

const besideManifest = /\.(manifest|report|protected|accepted|verdict-\d{8}T\d{9}Z)\.json$/

/** What is remembered of a job between its runs. */
const isRecord = /^[^/]+\/\.(told|schedule)\.json$/

/** Files that belong to no backup, and are no report of a run either. */
export function orphansAmong(files: readonly string[], backups: readonly Backup[]): string[] {
  const known = new Set(backups.flatMap(({ manifest }) => manifest?.objects.map(({ key }) => key) ?? []))
  const names = new Set(backups.map(({ name }) => name))
  return files.filter((file) => {
    if (known.has(file) || file.endsWith('.report.json') || isRecord.test(file)) return false
    const name = file.replace(/^.*\//, '').replace(besideManifest, '')
    return !(besideManifest.test(file) && names.has(name))
  })
}

/** Files that hold a dump, or a part of one. */
export function dataAmong(files: readonly string[]): string[] {
  return files.filter((file) => !file.endsWith('.json'))
}
