import type { Manifest, PreparedTarget, RestoreRequest, TableFacts } from '@holdfast/plugin'

/** One table, or one tree of partitions, before and after. */
export interface CountedTable {
  /** `schema.name`; for partitions that of their root. */
  table: string
  expected: number
  /** Absent when the table is not in the target. */
  actual?: number
}

/**
 * Counts the restored tables and sets them beside the manifest. Partitions are summed at their root, because hash
 * partitions may be split anew. Empty where the backup has no counts or no rows were asked for.
 */
export async function compareCounts(
  manifest: Manifest,
  target: Pick<PreparedTarget, 'count'>,
  request: Pick<RestoreRequest, 'tables' | 'part'>,
  signal: AbortSignal,
): Promise<CountedTable[]> {
  if (request.part === 'schema') return []
  const wanted = manifest.tables.filter(
    (table) => table.rows !== undefined && isChosen(table, request.tables),
  )
  if (wanted.length === 0) return []
  const expected = sumByRoot(wanted)
  const actual = sumByRoot(await target.count(wanted, signal))
  return [...expected].map(([table, rows]) => {
    const found = actual.get(table)
    return { table, expected: rows, ...(found !== undefined && { actual: found }) }
  })
}

function isChosen({ schema, name }: TableFacts, tables: readonly string[]): boolean {
  return tables.length === 0 || tables.includes(name) || tables.includes(`${schema}.${name}`)
}

function sumByRoot(tables: readonly TableFacts[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { schema, name, partitionOf, rows } of tables) {
    if (rows === undefined) continue
    const root = partitionOf ?? `${schema}.${name}`
    sums.set(root, (sums.get(root) ?? 0) + rows)
  }
  return sums
}
