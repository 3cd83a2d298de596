import { isHoldfastError, HoldfastError, type ReportedError, type ReportedRetention } from '@holdfast/plugin'
import { readHeads, type CatalogOptions, type Orphan, type StorageCatalog } from './catalog.ts'
import { likenessOf } from './history.ts'
import type { JobStorage } from './job.ts'
import { copyingKey, manifestKey, protectedKey, reportKey } from './keys.ts'
import type { ManifestHead } from './manifest-head.ts'
import { planRetention, type KeptBackup, type RetentionPlan } from './retention.ts'
import type { StoredBackup } from './stored-backup.ts'
import { isVerified } from './verification.ts'

const dayMs = 86_400_000

/** How long the report of a run that left no backup is kept. */
const failedReportDays = 90

/** An orphan this old is dead, whoever made it. */
export const orphanAgeMs: number = dayMs

/** What one storage holds of a job, and what its retention makes of it. */
export interface PrunePlan {
  storage: JobStorage
  catalog: StorageCatalog<ManifestHead>
  plan: RetentionPlan
}

/** Reads a storage's backups of a job and plans which may go. Deletes nothing. */
export async function planPrune(
  storage: JobStorage,
  job: string,
  options: { now: Date; freeze?: string | undefined; signal: AbortSignal } & Pick<
    CatalogOptions<ManifestHead>,
    'onRead'
  >,
): Promise<PrunePlan> {
  const { onRead } = options
  const catalog = await readHeads(storage, job, options.signal, { ...(onRead && { onRead }) })
  return {
    storage,
    catalog,
    plan: planRetention(catalog.backups.map(keptBackup), storage.retention, options.now, options.freeze),
  }
}

/**
 * Carries out a plan: each backup's manifest first, then its data (law 1). One failure does not stop the rest. Then
 * removes what runs that died before `orphansBefore` left behind.
 */
export async function applyPrune(
  { storage, catalog, plan }: PrunePlan,
  options: { now: Date; orphansBefore: Date; report: (error: unknown) => ReportedError; signal: AbortSignal },
): Promise<ReportedRetention> {
  const { signal } = options
  const deleted: string[] = []
  const errors: ReportedError[] = []
  const settle = async (work: () => Promise<void>): Promise<boolean> => {
    signal.throwIfAborted()
    try {
      await work()
      return true
    } catch (error) {
      if (signal.aborted) throw signal.reason
      errors.push(options.report(isHoldfastError(error) ? error.within({ plugin: storage.name }) : error))
      return false
    }
  }

  for (const { backup, action } of plan.actions) {
    const stored = catalog.backups.find((one) => one.name === backup.name)
    if (action !== 'delete' || stored === undefined) continue
    if (await settle(() => removeBackup(storage, stored, signal))) deleted.push(stored.name)
  }
  let orphans = 0
  for (const orphan of catalog.orphans) {
    if (await settle(async () => void (orphans += await sweepOrphan(storage, orphan, options)))) continue
  }
  await settle(async () => {
    const jobs = new Set([...catalog.backups, ...catalog.orphans].map((one) => one.job))
    const before = unfinishedBefore(catalog, options)
    for (const job of jobs)
      orphans += (await storage.instance.removeUnfinished?.(`${job}/`, before, signal)) ?? 0
  })
  return {
    storage: storage.name,
    deleted,
    kept: catalog.backups.length - deleted.length,
    orphans,
    ...(plan.frozen !== undefined && { frozen: plan.frozen }),
    errors,
  }
}

async function removeBackup(
  storage: JobStorage,
  backup: StoredBackup<ManifestHead>,
  signal: AbortSignal,
): Promise<void> {
  if ((await storage.instance.stat(protectedKey(backup.base), signal)) !== undefined) {
    throw new HoldfastError('PRUNE_INCOMPLETE', `${backup.name} was protected a moment ago and stays`)
  }
  const manifest = manifestKey(backup.base)
  await storage.instance.remove(manifest, signal)
  for (const key of backup.keys) if (key !== manifest) await storage.instance.remove(key, signal)
}

interface SweepOptions {
  now: Date
  orphansBefore: Date
}

// The job's lock says nothing of a copy that is under way.
function isBeingCopied({ keys, base }: Orphan): boolean {
  return keys.includes(copyingKey(base))
}

/** Before when dead is what a copy may still be writing. */
function copiedBefore({ now, orphansBefore }: SweepOptions): Date {
  return new Date(Math.min(+orphansBefore, +now - orphanAgeMs))
}

/**
 * A write that is not finished does not say whose it is. While a copy is under way, which may take hours for one object,
 * all of them are left until they are a day old.
 */
function unfinishedBefore({ orphans }: StorageCatalog<ManifestHead>, options: SweepOptions): Date {
  const before = copiedBefore(options)
  const isCopying = orphans.some((orphan) => isBeingCopied(orphan) && orphan.modifiedAt >= before)
  return isCopying ? before : options.orphansBefore
}

async function sweepOrphan(
  storage: JobStorage,
  orphan: Orphan,
  options: SweepOptions & { signal: AbortSignal },
): Promise<number> {
  const { now, signal } = options
  const before = isBeingCopied(orphan) ? copiedBefore(options) : options.orphansBefore
  if (orphan.modifiedAt >= before) return 0
  const report = reportKey(orphan.base)
  const reportIsOld = now.getTime() - orphan.modifiedAt.getTime() > failedReportDays * dayMs
  const dead = orphan.keys.filter((key) => key !== report || reportIsOld)
  for (const key of dead) await storage.instance.remove(key, signal)
  return dead.length
}

function keptBackup(backup: StoredBackup<ManifestHead>): KeptBackup {
  return {
    id: backup.manifest?.id ?? backup.name,
    name: backup.name,
    job: backup.job,
    likeness: backup.manifest === undefined ? backup.name : likenessOf(backup.manifest),
    startedAt: backup.startedAt,
    ...(backup.manifest?.label !== undefined && { label: backup.manifest.label }),
    verified: isVerified(backup),
    protected: backup.protected,
    state: stateOf(backup),
  }
}

function stateOf(backup: StoredBackup<ManifestHead>): KeptBackup['state'] {
  if (backup.verification === 'invalid' || backup.verification === 'failed') return backup.verification
  if (backup.suspect) return 'suspect'
  return isVerified(backup) || backup.accepted ? 'good' : 'unverified'
}
