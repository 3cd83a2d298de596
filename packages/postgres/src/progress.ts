import type { DumpProgress } from '@holdfast/plugin'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from './session.ts'

/** How much a table weighs in the dump. */
export interface Weight {
  /** On disk without indexes. */
  bytes: number
  /** The planner's estimate; 0 or less where there is none. */
  rows: number
}

export interface ProgressTracker {
  /** A line of pg_dump --verbose. */
  line: (text: string) => void
  stop: () => void
}

const pollEveryMs = 1_000

/** The first server with pg_stat_progress_copy. */
const firstMajorWithCopyProgress = 14

const progressSql = `
  SELECT n.nspname || '.' || c.relname AS table, p.tuples_processed AS tuples, p.bytes_processed AS bytes
  FROM pg_stat_progress_copy p
  JOIN pg_stat_activity a ON a.pid = p.pid
  JOIN pg_class c ON c.oid = p.relid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE p.datname = current_database() AND p.command = 'COPY TO'
    AND a.application_name = current_setting('application_name')`

const contentsLine = /^pg_dump: dumping contents of table "(.*)"$/
const largeObjectsLine = 'pg_dump: saving large objects'

/** A line of pg_dump --verbose that says how far it is. */
export function isProgressLine(line: string): boolean {
  return dumpedTable(line) !== undefined || line.startsWith(largeObjectsLine)
}

/** The table, as `schema.name`, whose rows come next where a line of pg_dump --verbose says so. */
export function dumpedTable(line: string): string | undefined {
  return contentsLine.exec(line)?.[1]
}

/**
 * Estimates how far pg_dump is: which tables are done, from what it prints, and how much of the current one, from
 * what the server says. Where it says nothing, the estimate is coarser; it never fails a dump.
 */
export function trackProgress(options: {
  weights: ReadonlyMap<string, Weight>
  largeObjectBytes: number
  serverMajor: number
  /** Asked about once a second. */
  session: Session
  onProgress: (progress: DumpProgress) => void
}): ProgressTracker {
  const { weights, onProgress } = options
  const total = [...weights.values()].reduce((sum, { bytes }) => sum + bytes, options.largeObjectBytes)
  const stopping = new AbortController()
  let doneBytes = 0
  let current: { table: string | undefined; bytes: number } = { table: undefined, bytes: 0 }
  let fraction = 0

  const tell = (within: number) => {
    const reached = total === 0 ? 0 : (doneBytes + current.bytes * within) / total
    fraction = Math.min(1, Math.max(fraction, reached))
    onProgress({ fraction, ...(current.table !== undefined && { table: current.table }) })
  }
  const start = (table: string | undefined, bytes: number) => {
    doneBytes += current.bytes
    current = { table, bytes }
    tell(0)
  }
  const poll = async () => {
    while (!stopping.signal.aborted) {
      const rows = await options.session.query<{ table: string; tuples: number; bytes: number }>(progressSql)
      const row = rows.find(({ table }) => table === current.table)
      if (row) tell(shareOf(row, weights.get(row.table)))
      await sleep(pollEveryMs, undefined, { signal: stopping.signal })
    }
  }
  if (options.serverMajor >= firstMajorWithCopyProgress) poll().catch(() => undefined)

  return {
    line(text) {
      const table = dumpedTable(text)
      if (table !== undefined) start(table, weights.get(table)?.bytes ?? 0)
      else if (text.startsWith(largeObjectsLine) && current.table !== undefined) {
        start(undefined, options.largeObjectBytes)
      }
    },
    stop: () => stopping.abort(),
  }
}

function shareOf(done: { tuples: number; bytes: number }, weight: Weight | undefined): number {
  if (weight === undefined) return 0
  if (weight.rows > 0) return Math.min(1, done.tuples / weight.rows)
  return weight.bytes > 0 ? Math.min(1, done.bytes / weight.bytes) : 0
}
