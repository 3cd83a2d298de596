import type { Manifest } from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import type { StoredBackup } from './stored-backup.ts'

/** A new backup is measured against so many at most. */
const mostHistory = 100

/** The part of a manifest that says whether two backups may be compared. */
export type Likeness = Pick<Manifest, 'job' | 'kind' | 'selection'>

/**
 * The backups that a new one is measured against, newest first: of the same job, kind and tables, taken before it,
 * neither failed nor suspect, back to the last one that somebody accepted as the new measure, and no more than 100.
 */
export function trustedHistory(backups: readonly Backup[], like: Likeness, before: Date): Manifest[] {
  const history: Manifest[] = []
  const wanted = likenessOf(like)
  for (const backup of backups) {
    if (backup.manifest === undefined || likenessOf(backup.manifest) !== wanted) continue
    if (backup.startedAt >= before || !isTrusted(backup)) continue
    history.push(backup.manifest)
    if (history.length === mostHistory || backup.copies.some((copy) => copy.accepted)) break
  }
  return history
}

/** True where backups that are older than these would not be measured against. */
export function isWholeHistory(newest: readonly StoredBackup[], like: Likeness): boolean {
  const wanted = likenessOf(like)
  const alike = newest.filter(
    (backup) => backup.manifest !== undefined && likenessOf(backup.manifest) === wanted && isTrusted(backup),
  )
  return alike.length >= mostHistory || alike.some(({ accepted }) => accepted)
}

function isTrusted({ suspect, verification }: Pick<StoredBackup, 'suspect' | 'verification'>): boolean {
  return !suspect && verification !== 'failed'
}

/** Equal for backups that hold the same selection of the same job. */
export function likenessOf({ job, kind, selection }: Likeness): string {
  return JSON.stringify([job, kind, selection.include.toSorted(), selection.exclude.toSorted()])
}
