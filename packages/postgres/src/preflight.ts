import { type DumpRequest, HoldfastError, type SourceFacts } from '@holdfast/plugin'
import type { Address } from './address.ts'
import { clientWarnings } from './clients.ts'
import { connect, type Connection } from './connection.ts'
import { dumpsLargeObjects, readLargeObjects } from './large-objects.ts'
import { listed } from './names.ts'
import { passwordFileWarnings } from './password-file.ts'
import { requireReadable } from './permissions.ts'
import { refusePooler, refusePoolerPort } from './pooler.ts'
import { listRelations } from './relations.ts'
import { type Selection, selectRelations } from './selection.ts'
import { clockSkewMs, isStandby, readDatabaseFacts } from './server-facts.ts'

/** The oldest server whose catalogue is the one that is asked here. */
const oldestMajor = 10

/** Finds everything that would make the dump fail or come out short. Only reads. */
export async function preflight(
  address: Address,
  environment: NodeJS.ProcessEnv,
  request: DumpRequest,
  signal: AbortSignal,
): Promise<SourceFacts> {
  refusePoolerPort(address)
  const connection = await connect(address, {
    environment,
    applicationName: applicationName(request.job),
    ahead: 1,
    signal,
  })
  try {
    const { session, client, server } = connection
    if (server.major < oldestMajor) throw serverTooOld(server.version)
    await refusePooler(session, connection.open, address)
    const database = await readDatabaseFacts(connection)
    const standby = await isStandby(session)
    const selection = selectRelations(await listRelations(session, request.tables), request, standby)
    requireMatches(selection)
    const largeObjects = dumpsLargeObjects(request)
      ? await readLargeObjects(session)
      : { count: 0, unreadable: 0, bytes: 0 }
    requireReadable(selection, largeObjects, {
      kind: request.kind,
      user: database.user,
      serverMajor: server.major,
    })
    return {
      database,
      client: { version: client.version },
      clockSkewMs: await clockSkewMs(session, Date.now),
      warnings: [
        ...clientWarnings(client, request.format),
        ...(await passwordFileWarnings(address, environment)),
        ...(await connectionWarnings(connection, request)),
        ...selection.unmatchedExcludes.map(
          (pattern) => `The pattern ${pattern} excludes nothing: it matches no table.`,
        ),
      ],
    }
  } finally {
    await connection.close()
  }
}

/** What pg_stat_activity shows for every session of a job. */
export function applicationName(job: string): string {
  return `holdfast:${job}`
}

export function requireMatches({ unmatchedIncludes }: Selection): void {
  if (unmatchedIncludes.length === 0) return
  const patterns = unmatchedIncludes.length === 1 ? 'The table pattern' : 'The table patterns'
  const verb = unmatchedIncludes.length === 1 ? 'matches' : 'match'
  throw new HoldfastError(
    'DATABASE_TABLE_NOT_FOUND',
    `${patterns} ${listed(unmatchedIncludes)} ${verb} nothing.`,
    {
      hint:
        'Check the spelling and the schema: schema.name, where the schema is not in the search path. ' +
        'Upper-case names need double quotes inside the pattern.',
    },
  )
}

async function connectionWarnings({ session }: Connection, request: DumpRequest): Promise<string[]> {
  // pg_dump, the session with the lock of the job, the one with the snapshot, and those that help it to count.
  const needed = 2 + (request.rowCounts ? request.countSessions : 1)
  const [row] = await session.query<{ free: number }>(
    `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') + 1 AS free`,
  )
  const free = row?.free ?? needed
  if (free >= needed) return []
  return [`The server has ${Math.max(0, free)} free connections, and the run needs up to ${needed}.`]
}

function serverTooOld(version: string): HoldfastError {
  return new HoldfastError('DATABASE_SERVER_TOO_OLD', `The server is PostgreSQL ${version}.`, {
    hint: `Holdfast needs PostgreSQL ${oldestMajor} or later; for an older server use pg_dump by hand.`,
  })
}
