import type { Report } from '@holdfast/plugin'
import { restoreCommandFor } from './commands.ts'
import type { Published } from './publish.ts'

/** Puts a published backup into the report. */
export function reportStored(
  report: Report,
  backup: Published,
  { restoreFlags }: { restoreFlags?: string | undefined },
): void {
  const { manifest, objects, storages } = backup
  report.backup = {
    id: manifest.id,
    name: manifest.name,
    kind: manifest.kind,
    ...(manifest.label !== undefined && { label: manifest.label }),
    format: manifest.format,
    ...(manifest.encryption !== undefined && { encryption: manifest.encryption }),
    objects,
    rawBytes: manifest.rawBytes,
    tables: manifest.tables.length,
    ...(manifest.rows !== undefined && { rows: manifest.rows }),
  }
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0)
  const dump = objects.find((object) => object.role === 'dump')
  for (const storage of storages) {
    const entry = report.storages.find((one) => one.name === storage.name)
    if (entry === undefined) continue
    Object.assign(entry, { status: 'stored', bytes, location: storage.instance.location(dump?.key ?? '') })
  }
  report.restoreCommand = restoreCommandFor(manifest.id, restoreFlags)
}
