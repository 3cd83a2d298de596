import type { Manifest } from '@holdfast/plugin'
import type { Backup } from './backups.ts'

/** The part of a manifest that says whether two backups may be compared. */
export type Likeness = Pick<Manifest, 'job' | 'kind' | 'selection'>

/**
 * The backups that a new one is measured against, newest first: of the same job, kind and tables, taken before it,
 * neither failed nor suspect, back to the last one that somebody accepted as the new measure.
 */
export function trustedHistory(backups: readonly Backup[], like: Likeness, before: Date): Manifest[] {
  const history: Manifest[] = []
  const wanted = likenessOf(like)
  for (const backup of backups) {
    if (backup.manifest === undefined || likenessOf(backup.manifest) !== wanted) continue
    if (backup.startedAt >= before || backup.suspect || backup.verification === 'failed') continue
    history.push(backup.manifest)
    if (backup.copies.some((copy) => copy.accepted)) break
  }
  return history
}

/** Equal for backups that hold the same selection of the same job. */
export function likenessOf({ job, kind, selection }: Likeness): string {
  return JSON.stringify([job, kind, selection.include.toSorted(), selection.exclude.toSorted()])
}
