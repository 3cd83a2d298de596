import { type ErrorCode, HoldfastError } from '@holdfast/plugin'

/** What the server said of a query; `sqlStateOf` finds it again. */
class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly sqlState: string

  constructor(sqlState: string, message: string) {
    super(message)
    this.sqlState = sqlState
  }
}

/** The SQLSTATE behind an error of a session, if the server gave one. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && error.cause instanceof ServerError ? error.cause.sqlState : undefined
}

// Source: "PostgreSQL Error Codes" in its documentation. A class stands for the codes that are not listed.
const codes: Readonly<Record<string, ErrorCode>> = {
  '08': 'DATABASE_CONNECTION_LOST',
  '28': 'DATABASE_REFUSED',
  '3D': 'DATABASE_MISSING',
  '42501': 'DATABASE_PERMISSION',
  '55P03': 'DATABASE_LOCK_TIMEOUT',
  '57P01': 'DATABASE_CONNECTION_LOST',
  '57P02': 'DATABASE_CONNECTION_LOST',
  '57P03': 'DATABASE_UNREACHABLE',
  '57P05': 'DATABASE_CONNECTION_LOST',
}

const hints: Readonly<Record<string, string>> = {
  '53200':
    'If it is out of shared memory for locks, raise max_locks_per_transaction to fit the number of tables.',
  '53300':
    'Close other connections, raise max_connections or the limit of the role, or count with fewer sessions.',
  '40001':
    'On a standby set hot_standby_feedback = on or raise max_standby_streaming_delay, or back up the primary.',
}

/** A refused query as an error of the family. */
export function queryError(sqlState: string, message: string, where: string): HoldfastError {
  const code = codes[sqlState] ?? codes[sqlState.slice(0, 2)] ?? 'DATABASE_QUERY_FAILED'
  return new HoldfastError(
    code,
    `The server refused a query (${where}): ${message} (SQLSTATE ${sqlState}).`,
    {
      hint: hints[sqlState] ?? "See the server's log for the query itself.",
      cause: new ServerError(sqlState, message),
    },
  )
}
