import type { TableFacts } from '@holdfast/plugin'
import { quoteIdentifier, quoteLiteral } from './quote.ts'
import type { Session } from './session.ts'

/**
 * Counts the rows of every table, the largest first, in sessions that share a snapshot and already hold their locks:
 * one that still had to ask for a lock could wait behind somebody who waits for this very run. Aborting ends them.
 */
export async function countRows(
  tables: readonly TableFacts[],
  sessions: readonly Session[],
  signal: AbortSignal,
): Promise<TableFacts[]> {
  const counted = new Map<TableFacts, number>()
  const waiting = tables.toSorted((a, b) => a.bytes - b.bytes)
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const count = async (session: Session) => {
    try {
      for (let table = waiting.pop(); table !== undefined; table = waiting.pop()) {
        const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
        const [row] = await session.query<{ rows: number }>(
          `SELECT count(*) AS rows FROM ONLY ${name}`,
          either,
        )
        if (row) counted.set(table, row.rows)
      }
    } catch (error) {
      failed.abort(error)
      throw error
    }
  }
  await Promise.allSettled(sessions.map(count))
  either.throwIfAborted()
  return tables.map((table) => {
    const rows = counted.get(table)
    return rows === undefined ? table : { ...table, rows }
  })
}

/** Begins a transaction in a snapshot that another session has exported and still holds. */
export async function joinSnapshot(session: Session, snapshotId: string): Promise<void> {
  await session.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await session.execute(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshotId)}`)
}
