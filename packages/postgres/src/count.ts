import type { TableFacts } from '@holdfast/plugin'
import { quoteIdentifier, quoteLiteral } from './quote.ts'
import type { Session } from './session.ts'

/** Counts the rows of every table in an exported snapshot, in a bounded number of sessions, the largest table first. */
export async function countRows(
  tables: readonly TableFacts[],
  snapshotId: string,
  options: { sessions: number; open: () => Promise<Session>; signal: AbortSignal },
): Promise<TableFacts[]> {
  const counted = new Map<TableFacts, number>()
  const waiting = tables.toSorted((a, b) => a.bytes - b.bytes)
  const failed = new AbortController()
  const signal = AbortSignal.any([options.signal, failed.signal])
  const work = async () => {
    signal.throwIfAborted()
    const session = await options.open()
    try {
      await session.execute('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', signal)
      await session.execute(`SET TRANSACTION SNAPSHOT ${quoteLiteral(snapshotId)}`, signal)
      for (let table = waiting.pop(); table !== undefined; table = waiting.pop()) {
        const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
        const [row] = await session.query<{ rows: number }>(
          `SELECT count(*) AS rows FROM ONLY ${name}`,
          signal,
        )
        if (row) counted.set(table, row.rows)
      }
    } catch (error) {
      failed.abort(error)
      throw error
    } finally {
      await session.close()
    }
  }
  const workers = Math.min(options.sessions, tables.length)
  const outcomes = await Promise.allSettled(Array.from({ length: workers }, work))
  signal.throwIfAborted()
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure) throw failure.reason
  return tables.map((table) => {
    const rows = counted.get(table)
    return rows === undefined ? table : { ...table, rows }
  })
}
