import type { Report } from '@holdfast/plugin'
import type { Job } from '../job.ts'
import { deadline } from './deadline.ts'
import { happeningsOf, isFailure } from './happening.ts'
import { readReports } from './reports.ts'
import { nothingTold, readTold, type Told } from './told-record.ts'
import { originOf } from './unsent.ts'

/** What the storages know of a job's past. */
export interface Memory {
  /** Earlier runs, newest first, as far back as matters. */
  earlier: readonly Report[]
  /** What else is known of what was told, and of what was not. */
  told: Told
}

export const nothingKnown: Memory = { earlier: [], told: nothingTold }

/** How long reading it may take, in milliseconds. */
const limitMs = 30_000

/** Reads what happened to a job before a moment: back to the last run in which all was well. */
export async function remember(
  { name, storages }: Job,
  { before, cancel }: { before: Date; cancel: AbortSignal },
): Promise<Memory> {
  const until = deadline(limitMs, cancel)
  const { signal } = until
  try {
    return await until.race(async () => {
      const reading = readTold(storages, name, signal)
      const reports = readReports(storages, name, { before, signal })
      const [earlier, told] = await Promise.all([readEarlier(reports, reading), reading])
      return { earlier, told }
    })
  } finally {
    until.clear()
  }
}

async function readEarlier(reports: AsyncIterable<Report>, reading: Promise<Told>): Promise<Report[]> {
  const earlier: Report[] = []
  for await (const report of reports) {
    earlier.push(report)
    if (earlier.some(isWell) && isAllKnown(earlier, await reading)) break
  }
  return earlier
}

function isWell(report: Report): boolean {
  return !happeningsOf(report, { recovered: false }).some(({ event }) => isFailure(event))
}

/** True once the runs are known whose messages the newest one could not send. */
function isAllKnown(earlier: readonly Report[], { unsent }: Told): boolean {
  const kept = new Set(unsent.map(({ notification }) => notification.id))
  const failed = (earlier[0]?.notifications ?? []).filter(
    ({ id, status }) => status === 'failed' && !kept.has(id),
  )
  return failed.every(({ id }) => originOf(id, earlier) !== undefined)
}
