import type { TableFacts } from '@holdfast/plugin'
import { countOrder, type CountOrder } from './count-order.ts'
import { quoteIdentifier, quoteLiteral } from './quote.ts'
import type { Session } from './session.ts'

/** Tables, after which a session lets go of the locks on indexes that counting takes; the server has room for so many. */
const forgetEvery = 100

/** Counts the rows of every table, the largest first, in the sessions that are handed over. Aborting ends them. */
export async function countRows(
  tables: readonly TableFacts[],
  sessions: readonly Session[],
  signal: AbortSignal,
): Promise<TableFacts[]> {
  const order = countOrder(tables)
  order.over()
  return countWith(tables, order, sessions, signal, () => Promise.resolve())
}

/**
 * The same beside a dump and in its order, in sessions whose transactions share a snapshot and already hold their locks:
 * one that still had to ask for a lock could wait behind somebody who waits for this very run.
 */
export async function countInSnapshot(
  tables: readonly TableFacts[],
  order: CountOrder,
  sessions: readonly Session[],
  signal: AbortSignal,
): Promise<TableFacts[]> {
  await Promise.all(
    sessions.map(async (session) => {
      // Workers of the server's that help one session would take from the dump what it needs itself.
      await session.execute('SET LOCAL max_parallel_workers_per_gather = 0', signal)
      await session.execute('SAVEPOINT before_count', signal)
    }),
  )
  return countWith(tables, order, sessions, signal, async (session, done) => {
    if (done % forgetEvery === 0) await session.execute('ROLLBACK TO SAVEPOINT before_count', signal)
  })
}

async function countWith(
  tables: readonly TableFacts[],
  order: CountOrder,
  sessions: readonly Session[],
  signal: AbortSignal,
  afterEach: (session: Session, done: number) => Promise<void>,
): Promise<TableFacts[]> {
  const counted = new Map<TableFacts, number>()
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  // A session that waits for its next table has to hear of it too.
  if (either.aborted) order.over()
  else either.addEventListener('abort', order.over, { once: true })
  const count = async (session: Session) => {
    let done = 0
    try {
      for (let table = await order.next(); table !== undefined; table = await order.next()) {
        const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`
        const [row] = await session.query<{ rows: number }>(
          `SELECT count(*) AS rows FROM ONLY ${name}`,
          either,
        )
        if (row) counted.set(table, row.rows)
        done += 1
        await afterEach(session, done)
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
