import type { TableFacts } from '@holdfast/plugin'
import type { Connection } from './connection.ts'
import { countRows } from './count.ts'

/**
 * Counts the rows of those of the tables that are there, in two sessions; the others come back without `rows`. Both are new:
 * one that waited for hours while something was restored may be gone.
 */
export async function countPresent(
  { open }: Pick<Connection, 'open'>,
  tables: readonly TableFacts[],
  signal: AbortSignal,
): Promise<TableFacts[]> {
  const [session, helper] = await Promise.all([open(), open()])
  const present = await session.query<{ schema: string; name: string }>(
    `SELECT nspname AS schema, relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'p', 'f', 'm')`,
    signal,
  )
  const names = new Set(present.map(key))
  const unknown = tables.map(withoutRows)
  const counted = await countRows(
    unknown.filter((table) => names.has(key(table))),
    [session, helper],
    signal,
  )
  const byName = new Map(counted.map((table) => [key(table), table]))
  return unknown.map((table) => byName.get(key(table)) ?? table)
}

function key({ schema, name }: { schema: string; name: string }): string {
  return JSON.stringify([schema, name])
}

function withoutRows(table: TableFacts): TableFacts {
  const copy = { ...table }
  delete copy.rows
  return copy
}
