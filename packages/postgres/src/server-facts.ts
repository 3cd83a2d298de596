import type { DatabaseFacts } from '@holdfast/plugin'
import type { Connection } from './connection.ts'
import { sqlStateOf } from './server-error.ts'
import type { Session } from './session.ts'

interface Row {
  name: string
  oid: number
  host: string
  port: string
  user: string
  encoding: string
  bytes: number
}

/** What the manifest says of the database. Host and port are those of the connection, whatever led to it. */
export async function readDatabaseFacts({ session, server }: Connection): Promise<DatabaseFacts> {
  // :'HOST' and :'PORT' are psql's own variables.
  const [row] = await session.query<Row>(
    `SELECT d.datname AS name, d.oid::int8 AS oid, :'HOST' AS host, :'PORT' AS port, session_user AS user,
       pg_encoding_to_char(d.encoding) AS encoding, pg_database_size(d.oid) AS bytes
     FROM pg_database d WHERE d.datname = current_database()`,
  )
  if (!row) throw new Error('pg_database has no row for the current database')
  const { name, oid, host, port, user, encoding, bytes } = row
  const cluster = await systemIdentifier(session)
  return {
    name,
    host,
    port: Number(port),
    user,
    serverVersion: server.version,
    serverMajor: server.major,
    encoding,
    bytes,
    identity: cluster === undefined ? `${host}:${port}/${name}/${oid}` : `${cluster}/${oid}`,
  }
}

// Not everyone may call it everywhere; it is outside any transaction, so a refusal spoils nothing.
async function systemIdentifier(session: Session): Promise<string | undefined> {
  try {
    const [row] = await session.query<{ id: string }>(
      'SELECT system_identifier::text AS id FROM pg_control_system()',
    )
    return row?.id
  } catch (error) {
    if (sqlStateOf(error) === undefined) throw error
    return undefined
  }
}

/** The server's clock minus this machine's, taken at the middle of the round trip. */
export async function clockSkewMs(session: Session, now: () => number): Promise<number> {
  const before = now()
  const [row] = await session.query<{ ms: number }>(
    'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms',
  )
  const after = now()
  return Math.round((row?.ms ?? after) - (before + after) / 2)
}

export async function isStandby(session: Session): Promise<boolean> {
  const [row] = await session.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
  return row?.standby === true
}
