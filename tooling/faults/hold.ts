import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { findBinDirectory, type TestDatabase } from '@holdfast/lab'

/** A session of somebody else that keeps a table locked. */
export interface HeldTable {
  /** Lets it go. Twice is fine. */
  release(): Promise<void>
}

/** Locks a table against every reader, as a migration does. */
export async function holdTable({ url }: TestDatabase, table: string): Promise<HeldTable> {
  const psql = spawn(join(findBinDirectory(), 'psql'), ['-X', '-q', '-A', '-t'], {
    env: { ...connectionOf(url) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  psql.stdin.write(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;\n\\echo held\n`)
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
