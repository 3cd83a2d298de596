import { isVerified, type Backup, type ManifestHead } from '@holdfast/core'
import type { Context } from '../context.ts'
import { lookAtAll, openPlaces, type PlaceOptions } from '../places.ts'
import { renderBackups } from '../render/backup-table.ts'
import { formatAge, formatBytes, formatCount } from '../render/units.ts'

export async function list(job: string | undefined, options: PlaceOptions, context: Context): Promise<void> {
  const { stdout, screen, signal, json } = context
  const places = await openPlaces(job, options, context)
  const backups = await lookAtAll(places, signal)
  if (json) {
    stdout.write(`${JSON.stringify(backups.map(listed), undefined, 2)}\n`)
    return
  }
  if (backups.length > 0) stdout.write(`${renderBackups(backups, stdout.look)}\n`)
  screen.say(`${backups.length > 0 ? '\n' : ''}${describe(backups, context.now())}`)
}

/** A backup as `list --json` has it. */
export function listed(backup: Backup<ManifestHead>): object {
  const { manifest } = backup
  return {
    id: backup.id,
    name: backup.name,
    job: backup.job,
    kind: manifest?.kind ?? null,
    label: manifest?.label ?? null,
    startedAt: backup.startedAt.toISOString(),
    bytes: storedBytes(backup),
    verification: backup.verification,
    suspect: backup.suspect,
    protected: backup.protected,
    storages: backup.copies.map(({ storage }) => storage),
  }
}

/** The stored size of one copy of a backup; 0 where its manifest can not be read. */
export function storedBytes({ manifest }: Backup<ManifestHead>): number {
  return (manifest?.objects ?? []).reduce((sum, { bytes }) => sum + bytes, 0)
}

function describe(backups: readonly Backup<ManifestHead>[], now: Date): string {
  if (backups.length === 0) return 'There is no backup here yet.'
  const bytes = backups.reduce((sum, backup) => sum + storedBytes(backup) * backup.copies.length, 0)
  const newest = backups.find((backup) => isVerified(backup) && !backup.suspect)
  const age = newest === undefined ? '' : formatAge(now.getTime() - newest.startedAt.getTime())
  const last = newest === undefined ? 'none of them is verified' : `the newest verified one was made ${age}`
  return `${formatCount(backups.length, 'backup')}, ${formatBytes(bytes)}; ${last}`
}
