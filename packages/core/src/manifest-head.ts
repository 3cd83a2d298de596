import type { Manifest } from '@holdfast/plugin'

/** What of a manifest does not grow with the database: enough for a row of a list and for retention. */
export type ManifestHead = Omit<Manifest, 'tables' | 'omissions' | 'warnings' | 'arguments'>

export function headOf(manifest: Manifest): ManifestHead {
  const {
    tables: _tables,
    omissions: _omissions,
    warnings: _warnings,
    arguments: _arguments,
    ...head
  } = manifest
  return head
}
