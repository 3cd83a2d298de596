import { HoldfastError } from '@holdfast/plugin'
import { createHash } from 'node:crypto'
import { listed } from './names.ts'
import type { Session } from './session.ts'

/** Two 32-bit numbers, as pg_locks shows them, that stand for a job in its database. */
function lockKey(job: string): { high: number; low: number } {
  const digest = createHash('sha256').update(`holdfast job ${job}`).digest()
  return { high: digest.readInt32BE(0), low: digest.readInt32BE(4) }
}

/** Takes the job's lock for as long as the session lives, or throws RUN_LOCKED with who holds it since when. */
export async function lockJob(session: Session, job: string): Promise<void> {
  const { high, low } = lockKey(job)
  const [row] = await session.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_lock(${high}, ${low}) AS taken`,
  )
  if (row?.taken === true) return
  const holders = await session.query<Holder>(holdersSql(high, low))
  const holder = listed(holders.map(describeHolder)) || 'a run that has just ended'
  throw new HoldfastError('RUN_LOCKED', `Another run of job ${job} holds its lock: ${holder}.`, {
    hint: 'Wait for it. If it hangs, SELECT pg_terminate_backend(pid) with the pid above ends it and frees the lock.',
    retryable: true,
  })
}

const unlockTimeoutMs = 2_000

/** Gives the job's lock back. A server that does not answer is not waited for: the session ends, and the lock with it. */
export async function unlockJob(session: Session, job: string): Promise<void> {
  const { high, low } = lockKey(job)
  await session.query(`SELECT pg_advisory_unlock(${high}, ${low})`, AbortSignal.timeout(unlockTimeoutMs))
}

interface Holder {
  pid: number
  since: string | null
  client: string | null
}

// Oids are unsigned, and the two halves of the key are signed.
function holdersSql(high: number, low: number): string {
  return `SELECT l.pid, a.client_addr::text AS client,
      to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
    FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND l.classid = ${high >>> 0} AND l.objid = ${low >>> 0}`
}

function describeHolder({ pid, since, client }: Holder): string {
  return `server process ${pid}${since === null ? '' : `, since ${since}`}${client === null ? '' : `, from ${client}`}`
}
