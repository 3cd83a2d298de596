import { isHoldfastError, type Report, type Storage } from '@holdfast/plugin'
import type { Backup } from '../backups.ts'
import type { JobStorage } from '../job.ts'
import { parseKey, reportKey, stampOf } from '../keys.ts'
import { readText } from '../read-small.ts'

/** How far back a run is looked for, in months, and how many reports are read at most. */
const mostMonths = 14
const mostReports = 50

/**
 * The reports of a job's earlier runs, newest first and read one by one, so that whoever has seen enough stops. A
 * storage that does not answer is passed over, and so is a report that can not be read.
 */
export async function* readReports(
  storages: readonly JobStorage[],
  job: string,
  { before, signal }: { before: Date; signal: AbortSignal },
): AsyncGenerator<Report> {
  let read = 0
  for (let back = 0; back < mostMonths; back++) {
    for (const { key, storage } of await listMonth(storages, job, monthBefore(before, back), signal)) {
      if (read >= mostReports) return
      const report = await readReport(storage, key, signal)
      if (report === undefined || new Date(report.startedAt) >= before) continue
      read += 1
      yield report
    }
  }
}

/** The report of the run that made a backup, where one of its copies has it. */
export async function reportOf(
  { copies }: Backup,
  storages: readonly JobStorage[],
  signal: AbortSignal,
): Promise<Report | undefined> {
  for (const { storage: name, base, keys } of copies) {
    const storage = storages.find((one) => one.name === name)
    const key = reportKey(base)
    if (storage === undefined || !keys.includes(key)) continue
    const report = await readReport(storage.instance, key, signal)
    if (report !== undefined) return report
  }
  return undefined
}

/** `2026/11`, so many months before. */
function monthBefore(moment: Date, months: number): string {
  const date = new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() - months))
  return date.toISOString().slice(0, 7).replace('-', '/')
}

interface StoredReport {
  key: string
  storage: Storage
}

/** Each report once, from the first storage that has it; the newest first. */
async function listMonth(
  storages: readonly JobStorage[],
  job: string,
  month: string,
  signal: AbortSignal,
): Promise<StoredReport[]> {
  const listed = await Promise.all(
    storages.map(({ instance }) => reportKeys(instance, `${job}/${month}/`, signal)),
  )
  const found = new Map<string, { report: StoredReport; stamp: string }>()
  for (const [index, keys] of listed.entries()) {
    const storage = storages[index]?.instance
    for (const { key, stamp } of keys) {
      if (storage !== undefined && !found.has(key)) found.set(key, { report: { key, storage }, stamp })
    }
  }
  return [...found.values()].toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1)).map(({ report }) => report)
}

async function reportKeys(
  storage: Storage,
  prefix: string,
  signal: AbortSignal,
): Promise<{ key: string; stamp: string }[]> {
  const keys: { key: string; stamp: string }[] = []
  try {
    for await (const { key } of storage.list(prefix, signal)) {
      const parsed = parseKey(key)
      if (parsed?.part === 'report.json') keys.push({ key, stamp: stampOf(parsed.name) })
    }
  } catch (error) {
    passOver(error, signal)
  }
  return keys
}

/** The report at a key; undefined where there is none that can be read. */
export async function readReport(
  storage: Storage,
  key: string,
  signal: AbortSignal,
): Promise<Report | undefined> {
  try {
    const report = JSON.parse(await readText(storage, key, signal)) as Report
    return report.schemaVersion === 1 && report.command === 'backup' && isWhole(report) ? report : undefined
  } catch (error) {
    passOver(error, signal)
    return undefined
  }
}

function isWhole({ notifications, retention, storages, verdicts }: Report): boolean {
  return [notifications, retention, storages, verdicts].every((list) => Array.isArray(list))
}

function passOver(error: unknown, signal: AbortSignal): void {
  signal.throwIfAborted()
  if (!isHoldfastError(error) && !(error instanceof SyntaxError)) throw error
}
