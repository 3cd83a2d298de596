import type { Report } from '@holdfast/plugin'
import { listBackups, type Backup } from './backups.ts'
import type { JobStorage } from './job.ts'
import { readReports } from './notify/reports.ts'

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
        return await listBackups([storage], name, signal)
      } catch {
        signal.throwIfAborted()
        unread.push(storage.name)
        return []
      }
    }),
  )
  const answered = storages.filter((storage) => !unread.includes(storage.name))
  const backups = read.flat().toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  return { backups, reports: await lastReports(answered, name, { before: now, signal }), unread }
}

async function lastReports(
  storages: readonly JobStorage[],
  job: string,
  options: { before: Date; signal: AbortSignal },
): Promise<Report[]> {
  const reports: Report[] = []
  for await (const report of readReports(storages, job, options)) {
    reports.push(report)
    if (reports.length === mostReports) break
  }
  return reports
}
