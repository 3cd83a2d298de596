import type { Backup, ManifestHead } from '@holdfast/core'
import { withCommas } from '@holdfast/plugin'
import type { Look, Tone } from './look.ts'
import { renderTable, type Column } from './table.ts'
import { formatBytes, formatTime } from './units.ts'

/** The columns that id, time, size and a short state take, with the gaps behind them. */
const beforeNames = 50

/**
 * Backups as a table. Columns that say nothing here are left out. Where there is no room for the names of the storages
 * that have a backup, it says how many do.
 */
export function renderBackups(backups: readonly Backup<ManifestHead>[], look: Look): string {
  const storages = new Set(backups.flatMap(({ copies }) => copies.map(({ storage }) => storage)))
  const several = storages.size > 1
  const hasRoom = !several || look.columns >= beforeNames + [...storages].join(', ').length
  const columns: (Column<Backup<ManifestHead>> | undefined)[] = [
    { heading: 'id', text: ({ manifest, id }) => (manifest === undefined ? '?' : id) },
    { heading: 'started', text: ({ startedAt }) => formatTime(startedAt) },
    { heading: 'job', text: ({ job }) => job, drop: 3, shrinkTo: 8 },
    { heading: 'kind', text: ({ manifest }) => manifest?.kind ?? '', drop: 4 },
    backups.some(({ manifest }) => manifest?.label !== undefined)
      ? { heading: 'label', text: ({ manifest }) => manifest?.label ?? '', drop: 5, shrinkTo: 8 }
      : undefined,
    {
      heading: 'size',
      align: 'right',
      text: ({ manifest }) => formatBytes(manifest?.objects.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0),
    },
    {
      heading: 'rows',
      align: 'right',
      drop: 6,
      text: ({ manifest }) => (manifest?.rows === undefined ? '' : withCommas(manifest.rows)),
    },
    { heading: 'state', text: stateOf, paint: (text, backup) => look.paint(toneOf(backup), text) },
    {
      heading: 'in',
      text: ({ copies }) =>
        hasRoom ? copies.map(({ storage }) => storage).join(', ') : `${copies.length} of ${storages.size}`,
      // Where it is matters once there is more than one place.
      drop: several ? 2 : 7,
      ...(!several && { shrinkTo: 8 }),
    },
    { heading: 'name', text: ({ name }) => name, drop: 8 },
  ]
  return renderTable(
    backups,
    columns.filter((column) => column !== undefined),
    look,
  )
}

/** How good it is known to be, and what people said of it. */
export function stateOf({ verification, suspect, protected: kept }: Backup<ManifestHead>): string {
  return [verification, ...(suspect ? ['suspect'] : []), ...(kept ? ['protected'] : [])].join(', ')
}

export function toneOf({ verification, suspect }: Backup<ManifestHead>): Tone {
  if (verification === 'failed' || verification === 'invalid') return 'bad'
  if (suspect || verification === 'unverified' || verification === 'stored') return 'warning'
  return 'good'
}
