import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { findBinDirectory, type TestDatabase } from '@holdfast/lab'

/** A session of somebody else that keeps something locked. */
export interface Held {
  /** Lets it go. Twice is fine. */
  release(): Promise<void>
}

/** Locks a table against every reader, as a migration does. */
export function holdTable(database: TestDatabase, table: string): Promise<Held> {
  return hold(database, `BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
}

/** Takes the lock of a job, as another run of it would. */
export function holdJob(database: TestDatabase, job: string): Promise<Held> {
  const digest = createHash('sha256').update(`holdfast job ${job}`).digest()
  return hold(database, `SELECT FROM pg_advisory_lock(${digest.readInt32BE(0)}, ${digest.readInt32BE(4)})`)
}

async function hold({ url }: TestDatabase, statements: string): Promise<Held> {
  const psql = spawn(join(findBinDirectory(), 'psql'), ['-X', '-q', '-A', '-t'], {
    env: { ...connectionOf(url) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  psql.stdin.write(`${statements};\n\\echo held\n`)
  await once(psql.stdout, 'data')
  let released: Promise<void> | undefined
  const release = async (): Promise<void> => {
    psql.stdin.end()
    await once(psql, 'close')
  }
  return { release: () => (released ??= release()) }
}

function connectionOf(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  }
}

/** Waits until somebody else waits for a lock in this database, or for as many as are given. */
export async function waitForWaiting(database: TestDatabase, waiting = 1): Promise<void> {
  for (;;) {
    const found = await database.psql(`SELECT count(DISTINCT l.pid) FROM pg_locks l
      JOIN pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted AND a.datname = current_database()`)
    if (Number(found) >= waiting) return
  }
}
