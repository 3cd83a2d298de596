import type { DumpRequest, Omission, Snapshot } from '@holdfast/plugin'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Address } from './address.ts'
import { lockJob, unlockJob } from './advisory-lock.ts'
import { type ClientPrograms, clientPrograms } from './client-programs.ts'
import { connect, type Connection } from './connection.ts'
import { countOrder } from './count-order.ts'
import { countInSnapshot } from './count.ts'
import { dumpStream } from './dump-stream.ts'
import { globalsArguments, mayReadRolePasswords } from './globals.ts'
import { dumpsLargeObjects, readLargeObjects } from './large-objects.ts'
import { startLockedDump } from './locked-dump.ts'
import { listOmissions, rolePasswordsOmission } from './omissions.ts'
import { applicationName } from './preflight.ts'
import { dumpedTable, isProgressLine, trackProgress } from './progress.ts'
import { isStandby } from './server-facts.ts'
import type { Session } from './session.ts'

const unlockWithinMs = 1_000

/**
 * Takes the job's lock, locks the tables, and exports the snapshot that everything else of this run sees. pg_dump
 * is started here already, so that it has its own locks; what it prints waits for `dump`. The session with the job's
 * lock never does anything long: should this process die, psql notices at once, and the lock is free.
 */
export async function takeSnapshot(
  address: Address,
  environment: NodeJS.ProcessEnv,
  request: DumpRequest,
  signal: AbortSignal,
): Promise<Snapshot> {
  const connection = await connect(address, {
    environment,
    applicationName: applicationName(request.job),
    ahead: 1,
    signal,
  })
  const programs = clientPrograms(connection, request, signal)
  try {
    await lockJob(connection.session, request.job)
    return await openSnapshot(connection, programs, request, signal)
  } catch (error) {
    await programs.endAll()
    await connection.close()
    throw error
  }
}

async function openSnapshot(
  connection: Connection,
  programs: ClientPrograms,
  request: DumpRequest,
  runSignal: AbortSignal,
): Promise<Snapshot> {
  const { session, address, client } = connection
  const progressLines: string[] = []
  let onProgressLine = (line: string): void => void progressLines.push(line)
  const dump = await startLockedDump(connection, request, await isStandby(session), programs, (line) => {
    if (isProgressLine(line)) onProgressLine(line)
  })
  const { holder, held } = dump
  const largeObjects = await readLargeObjects(holder)
  const dumpedObjects = dumpsLargeObjects(request) ? largeObjects : { count: 0, bytes: 0 }
  const omissions: Omission[] = await listOmissions(holder, request, held.selection, largeObjects)
  const withPasswords = request.globals && (await mayReadRolePasswords(session))
  if (request.globals && !withPasswords) omissions.push(rolePasswordsOmission)

  const order = countOrder(held.tables)
  let isDumping = false
  let released: Promise<void> | undefined
  let closed: Promise<void> | undefined
  return {
    tables: held.tables,
    largeObjects: dumpedObjects.count,
    omissions,
    warnings: programs.warnings,
    arguments: dump.arguments,
    dump(onProgress, signal) {
      const tracker = trackProgress({
        weights: request.kind === 'schema' ? new Map() : held.weights,
        largeObjectBytes: dumpedObjects.bytes,
        serverMajor: connection.server.major,
        session,
        onProgress,
      })
      onProgressLine = (line) => {
        tracker.line(line)
        const table = dumpedTable(line)
        if (table !== undefined) order.reached(table)
      }
      for (const line of progressLines.splice(0)) onProgressLine(line)
      isDumping = true
      return dumpStream(dump.child, signal).once('close', () => {
        tracker.stop()
        order.over()
      })
    },
    globals(signal) {
      if (!request.globals) return undefined
      return dumpStream(programs.start(client.pgDumpall, globalsArguments(address, withPasswords)), signal)
    },
    count: async (signal) => {
      if (!request.rowCounts) return held.tables
      if (!isDumping) order.over()
      const sessions = [holder, ...dump.helpers]
      return countInSnapshot(held.tables, order, sessions, AbortSignal.any([signal, runSignal]))
    },
    release: () => (released ??= release(connection, [holder, ...dump.helpers], programs, runSignal)),
    close: () => (closed ??= close(connection, programs, request.job)),
  }
}

async function release(
  { session }: Connection,
  readers: readonly Session[],
  programs: ClientPrograms,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(readers.map((reader) => reader.close()))
  try {
    await session.query('SELECT 1')
  } catch (error) {
    if (signal.aborted) return
    programs.warnings.push(
      `The session that held the job's lock was lost before the end: ${(error as Error).message}`,
    )
  }
}

// The lock goes with its session in any case; freeing it first means that the next run need not wait for that. A
// server that does not answer any more is not waited for.
async function close(connection: Connection, programs: ClientPrograms, job: string): Promise<void> {
  await programs.endAll()
  const unlocked = unlockJob(connection.session, job).catch(() => undefined)
  await Promise.race([unlocked, sleep(unlockWithinMs, undefined, { ref: false })])
  await connection.close()
}
