import type { TableFacts } from '@holdfast/plugin'
import { nameOf } from './names.ts'

/**
 * From this size on disk, in bytes, a table is counted when pg_dump comes to it, so that what one of them reads from
 * the disk the other finds in memory, where there is room for it.
 */
const largeBytes = 32 << 20

/** In which order tables are counted beside a dump. */
export interface CountOrder {
  /** pg_dump has come to a table, given as `schema.name`. */
  reached: (table: string) => void
  /** Nothing is waited for any more. */
  over: () => void
  /** The next table, once it may be counted; undefined when all have been given out. */
  next: () => Promise<TableFacts | undefined>
}

/** Small tables are given out at once, the largest first; a large one when it is reached, and before them. */
export function countOrder(tables: readonly TableFacts[]): CountOrder {
  const bySize = tables.toSorted((a, b) => a.bytes - b.bytes)
  const ready = bySize.filter(({ bytes }) => bytes < largeBytes)
  const waiting = new Map(
    bySize.filter(({ bytes }) => bytes >= largeBytes).map((table) => [nameOf(table), table]),
  )
  let changed = Promise.withResolvers<void>()
  const give = (table: TableFacts) => {
    waiting.delete(nameOf(table))
    ready.push(table)
    changed.resolve()
    changed = Promise.withResolvers()
  }
  return {
    reached(name) {
      const table = waiting.get(name)
      if (table !== undefined) give(table)
    },
    over() {
      for (const table of waiting.values()) give(table)
    },
    async next() {
      while (ready.length === 0 && waiting.size > 0) await changed.promise
      return ready.pop()
    },
  }
}
