import type { TableFacts } from '@holdfast/plugin'
import type { Connection } from './connection.ts'
import { countRows } from './count.ts'

const sessions = 2

/** Counts the rows of those of the tables that are there, all in one snapshot; the others come back without `rows`. */
export async function countPresent(
  { session, open }: Pick<Connection, 'session' | 'open'>,
  tables: readonly TableFacts[],
  signal: AbortSignal,
): Promise<TableFacts[]> {
  await session.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', signal)
  const [exported] = await session.query<{ id: string }>('SELECT pg_export_snapshot() AS id', signal)
  const present = await session.query<{ schema: string; name: string }>(
    `SELECT nspname AS schema, relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'p', 'f', 'm')`,
    signal,
  )
  const key = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name])
  const names = new Set(present.map(key))
  const unknown = tables.map(withoutRows)
  const counted = await countRows(
    unknown.filter((table) => names.has(key(table))),
    exported?.id ?? '',
    { sessions, open, signal },
  )
  const byName = new Map(counted.map((table) => [key(table), table]))
  return unknown.map((table) => byName.get(key(table)) ?? table)
}

function withoutRows(table: TableFacts): TableFacts {
  const copy = { ...table }
  delete copy.rows
  return copy
}
