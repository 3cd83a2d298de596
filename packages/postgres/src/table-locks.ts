import { hasCode, HoldfastError } from '@holdfast/plugin'
import { listed, nameOf } from './names.ts'
import { quoteIdentifier } from './quote.ts'
import type { Relation } from './relations.ts'
import { sqlStateOf } from './server-error.ts'
import type { Session } from './session.ts'

/** Tables a statement, so that a statement stays of readable size. */
const batch = 200

const undefinedTable = '42P01'
const undefinedSchema = '3F000'

/**
 * Locks tables in ACCESS SHARE inside the transaction that is open, which does not fix its snapshot yet. False when
 * one of them is gone by now; DATABASE_LOCK_TIMEOUT, with who is in the way, as the observer sees it, when one stays
 * locked. The transaction is spoilt in both cases.
 */
export async function lockTables(
  session: Session,
  observer: Session,
  tables: readonly Relation[],
  timeoutMs: number,
): Promise<boolean> {
  await session.execute(`SET LOCAL lock_timeout = ${timeoutMs}`)
  for (let start = 0; start < tables.length; start += batch) {
    const names = tables
      .slice(start, start + batch)
      .map(({ schema, name }) => `ONLY ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`)
    try {
      await session.execute(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE`)
    } catch (error) {
      const state = sqlStateOf(error)
      if (state === undefinedTable || state === undefinedSchema) return false
      if (!hasCode(error, 'DATABASE_LOCK_TIMEOUT')) throw error
      throw await lockTimeout(observer, tables, timeoutMs)
    }
  }
  await session.execute('SET LOCAL lock_timeout = 0')
  return true
}

interface Blocker {
  pid: number
  table: string
  user: string | null
  application: string | null
  state: string | null
  since: string | null
}

/** DATABASE_LOCK_TIMEOUT that names whoever holds, or waits for, an exclusive lock on one of these tables. */
export async function lockTimeout(
  observer: Session,
  tables: readonly Relation[],
  timeoutMs: number,
): Promise<HoldfastError> {
  const names = new Map(tables.map((table) => [table.oid, nameOf(table)]))
  const rows = await observer.query<Omit<Blocker, 'table'> & { oid: number }>(
    `SELECT l.pid, l.relation::int8 AS oid, a.usename AS user, a.application_name AS application, a.state,
       to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
     FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
     ORDER BY l.granted DESC, l.pid`,
  )
  const blockers = rows.flatMap(({ oid, ...row }) => {
    const table = names.get(oid)
    return table === undefined ? [] : [{ ...row, table }]
  })
  const who = listed(blockers.map(describeBlocker)) || 'a session that has ended since'
  const pids = [...new Set(blockers.map(({ pid }) => pid))]
  return new HoldfastError(
    'DATABASE_LOCK_TIMEOUT',
    `A table stayed locked for longer than ${timeoutMs} ms (lockWaitTimeoutMs): ${who}.`,
    {
      hint:
        'Let that session finish, or back up at a calmer hour, or raise lockWaitTimeoutMs.' +
        (pids.length > 0 ? ` SELECT pg_terminate_backend(${pids[0]}) ends it by force.` : ''),
      retryable: true,
    },
  )
}

function describeBlocker({ pid, table, user, application, state, since }: Blocker): string {
  const details = [user, application, state, since === null ? null : `in a transaction since ${since}`]
  const known = details.filter((detail) => detail !== null && detail !== '').join(', ')
  return `${table} by server process ${pid}${known === '' ? '' : ` (${known})`}`
}
