import type { Report } from '@holdfast/plugin'
import { mergeCatalogs, type Backup } from './backups.ts'
import { readCatalog, type StorageCatalog } from './catalog.ts'
import type { JobStorage } from './job.ts'
import { parseKey, stampOf } from './keys.ts'
import { readReport } from './notify/reports.ts'

/** All that the storages of a job know of it. */
export interface Knowledge {
  /** Newest first, each as one storage has it: one that lies in two storages is here twice. */
  backups: Backup[]
  /** Of the last runs, newest first. */
  reports: Report[]
  /** Names of the storages that did not answer. */
  unread: string[]
}

/** A notifier that was told nothing in so many runs says nothing. */
const mostReports = 5

/** Asks every storage of a job. One that does not answer is named; rejects only where the signal aborts. */
export async function knowledgeOf(
  { name, storages }: { name: string; storages: readonly JobStorage[] },
  { now, signal }: { now: Date; signal: AbortSignal },
): Promise<Knowledge> {
  const unread: string[] = []
  const read = await Promise.all(
    storages.map(async (storage) => {
      try {
        return [{ storage, catalog: await readCatalog(storage, name, signal) }]
      } catch {
        signal.throwIfAborted()
        unread.push(storage.name)
        return []
      }
    }),
  )
  const catalogs = read.flat()
  const backups = catalogs.flatMap(({ catalog }) => mergeCatalogs([catalog]))
  return {
    backups: backups.toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime()),
    reports: await lastReports(catalogs, { before: now, signal }),
    unread,
  }
}

/** Which reports there are is known from the catalogs: what stands beside a backup, and what a run without one left. */
async function lastReports(
  catalogs: readonly { storage: JobStorage; catalog: StorageCatalog }[],
  { before, signal }: { before: Date; signal: AbortSignal },
): Promise<Report[]> {
  const found = catalogs.flatMap(({ storage, catalog }) =>
    [...catalog.backups, ...catalog.orphans]
      .flatMap(({ keys }) => keys)
      .flatMap((key) => {
        const parsed = parseKey(key)
        return parsed?.part === 'report.json' ? [{ key, stamp: stampOf(parsed.name), storage }] : []
      }),
  )
  const once = new Map(found.toReversed().map((one) => [one.key, one]))
  const reports: Report[] = []
  for (const { key, storage } of [...once.values()].toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))) {
    const report = await readReport(storage.instance, key, signal)
    if (report === undefined || new Date(report.startedAt) >= before) continue
    reports.push(report)
    if (reports.length === mostReports) break
  }
  return reports
}
