import type { Report } from '@holdfast/plugin'
import type { Job } from '../job.ts'
import { deadline } from './deadline.ts'
import { happeningsOf, isFailure } from './happening.ts'
import { readReports } from './reports.ts'
import { readTold, type ToldEntry } from './told.ts'
import { originOf } from './unsent.ts'

/** What the storages know of a job's past. */
export interface Memory {
  /** Earlier runs, newest first, as far back as matters. */
  earlier: readonly Report[]
  /** What was told outside of runs and is still so. */
  told: readonly ToldEntry[]
}

export const nothingKnown: Memory = { earlier: [], told: [] }

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
      const [earlier, told] = await Promise.all([
        readEarlier(readReports(storages, name, { before, signal })),
        readTold(storages, name, signal),
      ])
      return { earlier, told }
    })
  } finally {
    until.clear()
  }
}

async function readEarlier(reports: AsyncIterable<Report>): Promise<Report[]> {
  const earlier: Report[] = []
  for await (const report of reports) {
    earlier.push(report)
    if (earlier.some(isWell) && isAllKnown(earlier)) break
  }
  return earlier
}

function isWell(report: Report): boolean {
  return !happeningsOf(report, { recovered: false }).some(({ event }) => isFailure(event))
}

/** True once the runs are known whose messages the newest one could not send. */
function isAllKnown(earlier: readonly Report[]): boolean {
  const failed = (earlier[0]?.notifications ?? []).filter(({ status }) => status === 'failed')
  return failed.every(({ id }) => originOf(id, earlier) !== undefined)
}
