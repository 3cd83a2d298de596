import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Backup, type JobStorage, listBackups, type Named, verifyBackup } from '@holdfast/core'
import type { Manifest, Verdict, Verifier } from '@holdfast/plugin'
import local from '@holdfast/storage-local'
import archive from '@holdfast/verifier-archive'

const signal = AbortSignal.timeout(600_000)
const context = { name: 'archive', job: 'any', baseDirectory: '/' }
const verifiers: Named<Verifier>[] = [
  { name: 'archive', plugin: 'archive', instance: archive.create(archive.parseOptions({}), context) },
]

/** The directory as Holdfast's own storage. */
function storageAt(directory: string): JobStorage {
  const options = local.parseOptions({ path: directory })
  return { name: 'local', plugin: 'local', instance: local.create(options, { ...context, name: 'local' }) }
}

/** What `list` finds there, newest first. */
export function backupsIn(directory: string): Promise<Backup[]> {
  return listBackups([storageAt(directory)], undefined, signal)
}

/** What `verify` says of one backup. */
export function verdictsOn(directory: string, backup: Backup): Promise<Verdict[]> {
  return verifyBackup(backup, {
    storages: [storageAt(directory)],
    verifiers,
    backups: [],
    now: () => new Date(),
    signal,
  })
}

/** Where the backups there differ from their manifests. */
export async function wrongObjectsIn(directory: string): Promise<string[]> {
  const problems: string[] = []
  for (const { name, manifest, invalid } of await backupsIn(directory)) {
    if (manifest === undefined) problems.push(`${name}: ${invalid?.message}`)
    else problems.push(...(await wrongObjects(directory, manifest)))
  }
  return problems
}

/** The same, and what `verify` has against them. */
export async function damageIn(directory: string): Promise<string[]> {
  const problems = await wrongObjectsIn(directory)
  for (const backup of await backupsIn(directory)) {
    if (backup.manifest === undefined) continue
    for (const { status, checks } of await verdictsOn(directory, backup)) {
      if (status === 'failed') problems.push(`${backup.name}: ${JSON.stringify(checks)}`)
    }
  }
  return problems
}

async function wrongObjects(directory: string, { objects }: Manifest): Promise<string[]> {
  const problems = await Promise.all(
    objects.map(async ({ key, bytes, sha256 }) => {
      const stored = await readFile(join(directory, key)).catch(() => undefined)
      if (stored === undefined) return `${key} is missing`
      if (stored.length !== bytes) return `${key} has ${stored.length} bytes, not ${bytes}`
      return createHash('sha256').update(stored).digest('hex') === sha256 ? [] : `${key} has another sha256`
    }),
  )
  return problems.flat()
}

const besideManifest = /\.(manifest|report|protected|accepted|verdict-\d{8}T\d{9}Z)\.json$/

/** What is remembered of a job between its runs. */
const isRecord = /^[^/]+\/\.(told|schedule)\.json$/

/** Files that belong to no backup, and are no report of a run either. */
export async function orphansAmong(directory: string, files: readonly string[]): Promise<string[]> {
  const backups = await backupsIn(directory)
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
