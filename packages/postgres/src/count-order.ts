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
  // More than one can have a name where there are dots in it: a."b.c" and "a.b".c.
  const waiting = Map.groupBy(
    bySize.filter(({ bytes }) => bytes >= largeBytes),
    nameOf,
  )
  let changed = Promise.withResolvers<void>()
  const give = (name: string, named: readonly TableFacts[]) => {
    waiting.delete(name)
    ready.push(...named)
    changed.resolve()
    changed = Promise.withResolvers()
  }
  return {
    reached(name) {
      const named = waiting.get(name)
      if (named !== undefined) give(name, named)
    },
    over() {
      for (const [name, named] of waiting) give(name, named)
    },
    async next() {
      while (ready.length === 0 && waiting.size > 0) await changed.promise
      return ready.pop()
    },
  }
}
