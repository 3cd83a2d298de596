import { type DumpRequest, hasCode } from '@holdfast/plugin'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './child.ts'
import type { ClientPrograms } from './client-programs.ts'
import type { Connection } from './connection.ts'
import { joinSnapshot } from './count.ts'
import { dumpArguments } from './dump-arguments.ts'
import { type HeldTables, holdTables } from './held-tables.ts'
import { requireMatches } from './preflight.ts'
import { openLargePipe } from './large-pipe.ts'
import type { Session } from './session.ts'
import { lockTables, lockTimeout } from './table-locks.ts'

const lookEveryMs = 50

/** A held snapshot with everyone who reads in it: pg_dump and the sessions that count, each with its own locks. */
export interface LockedDump {
  child: Child
  held: HeldTables
  arguments: string[]
  /** The session that holds the snapshot, which counts too. */
  holder: Session
  /** Further sessions that count. */
  helpers: Session[]
}

/**
 * Holds the tables, exports the snapshot, and starts everyone who reads in it. Where somebody asks for an exclusive
 * lock in the moment between our locks and theirs, they would wait for him and he for us, for ever: then he is let
 * through and everything starts over.
 */
export async function startLockedDump(
  connection: Connection,
  request: DumpRequest,
  standby: boolean,
  programs: ClientPrograms,
  onLine: (line: string) => void,
): Promise<LockedDump> {
  const observer = connection.session
  const holder = await connection.open()
  const [self] = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const giveUpAt = performance.now() + request.lockWaitTimeoutMs
  for (;;) {
    const held = await holdTables(holder, observer, request, standby)
    requireMatches(held.selection)
    const readers = await startReaders(connection, holder, request, held, programs, onLine)
    if (await haveLocks(readers.ready, observer, self?.pid ?? 0)) {
      return {
        child: readers.child,
        held,
        arguments: readers.arguments,
        holder,
        helpers: await readers.ready,
      }
    }
    const error = await lockTimeout(observer, held.selection.locked, request.lockWaitTimeoutMs)
    await readers.stop(error)
    await holder.execute('ROLLBACK')
    if (performance.now() > giveUpAt) throw error
  }
}

interface Readers {
  child: Child
  arguments: string[]
  /** The helpers, once they and pg_dump have their locks. */
  ready: Promise<Session[]>
  stop(error: Error): Promise<void>
}

async function startReaders(
  { session: observer, client, directory, open }: Connection,
  holder: Session,
  request: DumpRequest,
  { selection }: HeldTables,
  programs: ClientPrograms,
  onLine: (line: string) => void,
): Promise<Readers> {
  const { lockWaitTimeoutMs } = request
  const [exported] = await holder.query<{ id: string }>('SELECT pg_export_snapshot() AS id')
  const snapshotId = exported?.id ?? ''
  const args = dumpArguments(request, selection.arguments, snapshotId)
  // Where there can be none, pg_dump is read as any other child.
  const largePipe = await openLargePipe(directory).catch(() => undefined)
  const dumpLocks = Promise.withResolvers<void>()
  const child = programs.start(client.pgDump, args, {
    ...(largePipe !== undefined && { largePipe }),
    onLine: (line) => {
      if (isPastLocks(line)) dumpLocks.resolve()
      onLine(line)
    },
    explain: async (error) =>
      hasCode(error, 'DATABASE_LOCK_TIMEOUT')
        ? lockTimeout(observer, selection.locked, lockWaitTimeoutMs)
        : error,
  })
  const opening = Array.from({ length: request.rowCounts ? request.countSessions - 1 : 0 }, open)
  const helpers = opening.map(async (one) => {
    const helper = await one
    await joinSnapshot(helper, snapshotId)
    await lockTables(helper, observer, selection.locked, lockWaitTimeoutMs)
    return helper
  })
  const started = Promise.race([dumpLocks.promise, hasStarted(child)])
  const ready = Promise.all([started, ...helpers]).then(([, ...sessions]) => sessions)
  ready.catch(() => undefined)
  return {
    child,
    arguments: args,
    ready,
    async stop(error) {
      child.fail(error)
      await Promise.allSettled(opening.map(async (one) => (await one).close()))
      await child.exited
    },
  }
}

// With --verbose, pg_dump says this when it has listed and locked the tables; every version since 9.1 does.
function isPastLocks(line: string): boolean {
  return line.startsWith('pg_dump: reading user-defined functions')
}

/** Resolves when a child prints, or has ended well; rejects when it has failed. */
async function hasStarted(child: Child): Promise<void> {
  for (;;) {
    const isOver = await Promise.race([child.exited.then(() => true), sleep(lookEveryMs, false)])
    if (child.stdout.errored) throw child.stdout.errored
    if (isOver || child.hasPrinted()) return
  }
}

/** False when somebody queues for an exclusive lock on what the holder has before the readers have theirs. */
async function haveLocks(ready: Promise<unknown>, observer: Session, holderPid: number): Promise<boolean> {
  for (;;) {
    if (await Promise.race([ready.then(() => true), sleep(lookEveryMs, false)])) return true
    if (await isQueuedFor(observer, holderPid)) return false
  }
}

async function isQueuedFor(observer: Session, holderPid: number): Promise<boolean> {
  const [row] = await observer.query<{ queued: boolean }>(
    `SELECT EXISTS (
       SELECT FROM pg_locks theirs JOIN pg_locks ours USING (locktype, database, relation)
       WHERE theirs.locktype = 'relation' AND NOT theirs.granted AND theirs.mode = 'AccessExclusiveLock'
         AND ours.pid = ${holderPid} AND ours.mode = 'AccessShareLock' AND ours.granted
     ) AS queued`,
  )
  return row?.queued === true
}
