import { type DumpRequest, hasCode, HoldfastError, type Omission, type Snapshot } from '@holdfast/plugin'
import type { Readable } from 'node:stream'
import type { Address } from './address.ts'
import { lockJob, unlockJob } from './advisory-lock.ts'
import { type Child, type ChildOptions, spawnChild } from './child.ts'
import { connect, type Connection } from './connection.ts'
import { countRows } from './count.ts'
import { dumpArguments } from './dump-arguments.ts'
import { connectionArguments } from './environment.ts'
import { globalsArguments, mayReadRolePasswords } from './globals.ts'
import { holdTables } from './held-tables.ts'
import { dumpsLargeObjects, readLargeObjects } from './large-objects.ts'
import { listOmissions, rolePasswordsOmission } from './omissions.ts'
import { applicationName, requireMatches } from './preflight.ts'
import { trackProgress } from './progress.ts'
import { isStandby } from './server-facts.ts'
import { lockTimeout } from './table-locks.ts'

const mostWarnings = 50
const longestWarning = 500

/** Takes the job's lock, locks the tables, and exports the snapshot that everything else of this run sees. */
export async function takeSnapshot(
  address: Address,
  environment: NodeJS.ProcessEnv,
  request: DumpRequest,
  signal: AbortSignal,
): Promise<Snapshot> {
  const connection = await connect(address, {
    environment,
    applicationName: applicationName(request.job),
    signal,
  })
  try {
    await lockJob(connection.session, request.job)
    return await openSnapshot(connection, request, signal)
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function openSnapshot(
  connection: Connection,
  request: DumpRequest,
  runSignal: AbortSignal,
): Promise<Snapshot> {
  const { session, address, client } = connection
  const held = await holdTables(session, request, await isStandby(session))
  requireMatches(held.selection)
  const largeObjects = await readLargeObjects(session)
  const withLargeObjects = dumpsLargeObjects(request)
  const omissions: Omission[] = await listOmissions(session, request, held.selection, largeObjects)
  const withPasswords = request.globals && (await mayReadRolePasswords(session))
  if (request.globals && !withPasswords) omissions.push(rolePasswordsOmission)
  const [exported] = await session.query<{ id: string }>('SELECT pg_export_snapshot() AS id')
  const snapshotId = exported?.id ?? ''

  const warnings: string[] = []
  const children = new Set<Child>()
  const collectWarning = (line: string) => {
    const warning = /^pg_dump(?:all)?: warning: (.*)$/.exec(line)?.[1]
    if (warning !== undefined && warnings.length < mostWarnings)
      warnings.push(`pg_dump: ${warning.slice(0, longestWarning)}`)
  }
  const start = (
    file: string,
    args: readonly string[],
    signal: AbortSignal,
    options: Partial<ChildOptions>,
  ): Readable => {
    const child = spawnChild(file, [...args, ...connectionArguments(address)], {
      environment: connection.environment,
      address,
      signal: AbortSignal.any([signal, runSignal]),
      stallTimeoutMs: request.stallTimeoutMs,
      expectOutput: true,
      onLine: collectWarning,
      ...options,
    })
    children.add(child)
    return child.stdout
  }
  const explain = async (error: HoldfastError): Promise<Error> =>
    hasCode(error, 'DATABASE_LOCK_TIMEOUT')
      ? lockTimeout(session, held.selection.locked, request.lockWaitTimeoutMs)
      : error

  let released: Promise<void> | undefined
  const release = async () => {
    try {
      await session.execute('COMMIT')
    } catch (error) {
      if (runSignal.aborted) return
      warnings.push(
        `The session that held the job's lock was lost before the end: ${(error as Error).message}`,
      )
    }
  }
  let closed: Promise<void> | undefined
  const close = async () => {
    for (const child of children)
      child.fail(new HoldfastError('DATABASE_DUMP_FAILED', 'The snapshot was closed.'))
    await Promise.all([...children].map((child) => child.exited))
    await unlockJob(session, request.job).catch(() => undefined)
    await connection.close()
  }

  const args = dumpArguments(request, held.selection.arguments, snapshotId)
  return {
    tables: held.tables,
    largeObjects: withLargeObjects ? largeObjects.count : 0,
    omissions,
    warnings,
    arguments: args,
    dump(onProgress, signal) {
      const tracker = trackProgress({
        weights: request.kind === 'schema' ? new Map() : held.weights,
        largeObjectBytes: withLargeObjects ? largeObjects.bytes : 0,
        serverMajor: connection.server.major,
        open: connection.open,
        onProgress,
      })
      const onLine = (line: string) => {
        collectWarning(line)
        tracker.line(line)
      }
      return start(client.pgDump, args, signal, { explain, onLine }).once('close', tracker.stop)
    },
    globals(signal) {
      if (!request.globals) return undefined
      return start(client.pgDumpall, globalsArguments(address, withPasswords), signal, {})
    },
    async count(signal) {
      if (!request.rowCounts) return held.tables
      return countRows(held.tables, snapshotId, {
        sessions: request.countSessions,
        open: connection.open,
        signal: AbortSignal.any([signal, runSignal]),
      })
    },
    release: () => (released ??= release()),
    close: () => (closed ??= close()),
  }
}
