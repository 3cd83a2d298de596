import { type TestDatabase, usePostgres } from '@holdfast/lab'
import type { DumpRequest, Snapshot } from '@holdfast/plugin'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { findClients, newestClient } from './clients.ts'
import { dumpOf, dumpRequest, errorOf, never, readAll, sourceOf, withSnapshot } from './source.test.data.ts'

const postgres = usePostgres(inject('postgresUrl'))
let database: TestDatabase
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-faults-'))
  database = await postgres.createDatabase('faults')
  await database.psql(`CREATE TABLE big (id int, body text);
    INSERT INTO big SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 20000) n;
    CREATE TABLE small (id int); INSERT INTO small VALUES (1);`)
})
afterAll(async () => {
  await database.drop()
  await rm(directory, { recursive: true })
})

/** The sessions of a job in the server, by the program that has them. */
async function sessionsOf(job: string): Promise<number> {
  return Number(
    await postgres.psql(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast:${job}'`),
  )
}

/** Reads until some bytes have come, then goes on slowly enough to be caught in the middle. */
async function readSome(stream: AsyncIterable<Buffer>, onEnough: () => unknown): Promise<number> {
  let bytes = 0
  let isTold = false
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > 1_000_000 && !isTold) {
      isTold = true
      await onEnough()
    }
  }
  return bytes
}

async function pidOfDump(job: string): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const readProcess = (pid: string, name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
  for (const pid of pids) {
    const isDump = (await readProcess(pid, 'cmdline')).includes('pg_dump\0--format')
    if (isDump && (await readProcess(pid, 'environ')).includes(`PGAPPNAME=holdfast:${job}\0`))
      return Number(pid)
  }
  throw new Error('no pg_dump runs')
}

describe('a dump that is cut', () => {
  it('never ends well when pg_dump is killed, wherever that is', async () => {
    const whole = (await withSnapshot(database.url, { rowCounts: false }, dumpOf)).length
    const outcomes: (number | string)[] = []
    for (let round = 0; round < 12; round += 1) {
      const request = dumpRequest({ rowCounts: false })
      const snapshot = await sourceOf(database.url).snapshot(request, never)
      const pid = await pidOfDump(request.job)
      const stream = snapshot.dump(() => undefined, never)
      const reading = readSome(stream, () => sleep(30)).catch((error: { code: string }) => error.code)
      await sleep(round * 6)
      kill(pid, round % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
      outcomes.push(await reading)
      await snapshot.close()
    }
    // The last rounds may come too late for pg_dump, but never get half a dump.
    expect(outcomes.filter((outcome) => outcome !== 'DATABASE_DUMP_FAILED' && outcome !== whole)).toEqual([])
    expect(outcomes.filter((outcome) => outcome === 'DATABASE_DUMP_FAILED').length).toBeGreaterThan(5)
  }, 30_000)

  it('is a lost connection when the server ends the session in the middle of COPY', async () => {
    const request = dumpRequest({ rowCounts: false })
    const snapshot = await sourceOf(database.url).snapshot(request, never)
    const error = await errorOf(
      readSome(
        snapshot.dump(() => undefined, never),
        () =>
          postgres.psql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'holdfast:${request.job}' AND query LIKE 'COPY%'`),
      ),
    )
    await snapshot.close()
    expect(error.code).toBe('DATABASE_CONNECTION_LOST')
    expect(error.message).toContain(database.name)
    expect(await sessionsOf(request.job)).toBe(0)
  })

  it('gives up on a pg_dump that stands still', async () => {
    const request = dumpRequest({ rowCounts: false, stallTimeoutMs: 700 })
    const snapshot = await sourceOf(database.url).snapshot(request, never)
    const pid = await pidOfDump(request.job)
    const stream = snapshot.dump(() => undefined, never)
    kill(pid, 'SIGSTOP')
    const started = Date.now()
    const error = await errorOf(readAll(stream))
    expect(error.code).toBe('DATABASE_STALLED')
    expect(error.message).toContain('700 ms')
    expect(Date.now() - started).toBeLessThan(8_000)
    await snapshot.close()
    // A stopped process does not see SIGTERM; five seconds later comes SIGKILL.
    expect(Date.now() - started).toBeLessThan(10_000)
    expect(kill(pid, 0)).toBe(false)
    await expect.poll(() => sessionsOf(request.job), { timeout: 20_000 }).toBe(0)
  }, 120_000)

  it('does not take a reader who pauses for a stall', async () => {
    const request = dumpRequest({ rowCounts: false, stallTimeoutMs: 400 })
    const snapshot = await sourceOf(database.url).snapshot(request, never)
    const bytes = await readSome(
      snapshot.dump(() => undefined, never),
      () => sleep(1_200),
    )
    await snapshot.close()
    expect(bytes).toBeGreaterThan(15_000_000)
  })
})

function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** Those of this process. */
async function passwordDirectories(): Promise<string[]> {
  const names = await readdir(tmpdir())
  return names.filter((name) => name.startsWith('holdfast-postgres-') && name.includes(`-${process.pid}-`))
}

describe('aborting', () => {
  it.for([0, 15, 40, 80, 120, 200, 300, 450])(
    'ends every child and session and frees the lock, after %i ms',
    async (delayMs) => {
      const request = dumpRequest({ countSessions: 2 })
      const controller = new AbortController()
      const reason = new Error('told to stop')
      const run = async () => {
        const snapshot = await sourceOf(database.url).snapshot(request, controller.signal)
        try {
          const stream = snapshot.dump(() => undefined, controller.signal)
          await Promise.all([readSome(stream, () => sleep(500)), snapshot.count(controller.signal)])
        } finally {
          await snapshot.close()
        }
      }
      const running = run().catch((error: unknown) => error)
      await sleep(delayMs)
      const started = Date.now()
      controller.abort(reason)
      expect(await running).toBe(reason)
      expect(Date.now() - started).toBeLessThan(8_000)
      await expect.poll(() => sessionsOf(request.job), { timeout: 20_000 }).toBe(0)
      const next = await sourceOf(database.url).snapshot(request, never)
      await next.close()
      expect(await passwordDirectories()).toEqual([])
    },
  )

  it('ends a wait for a locked table', async () => {
    const holding = database.psql(
      `BEGIN; LOCK TABLE small IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT;`,
    )
    await sleep(200)
    const controller = new AbortController()
    const request = dumpRequest({ lockWaitTimeoutMs: 60_000 })
    const waiting = errorOf(sourceOf(database.url).snapshot(request, controller.signal))
    await sleep(400)
    controller.abort(new Error('told to stop'))
    expect((await waiting).message).toBe('told to stop')
    await expect.poll(() => sessionsOf(request.job), { timeout: 20_000 }).toBe(0)
    await holding
  })

  it('does not wait for a server that answers no more', async () => {
    const request = dumpRequest()
    const snapshot = await sourceOf(database.url).snapshot(request, never)
    const pids = await postgres.psql(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'holdfast:${request.job}'`,
    )
    const backends = pids.split('\n').map(Number)
    for (const pid of backends) kill(pid, 'SIGSTOP')
    const started = Date.now()
    await snapshot.close()
    for (const pid of backends) kill(pid, 'SIGCONT')
    expect(backends).toHaveLength(3)
    expect(Date.now() - started).toBeLessThan(10_000)
    await expect.poll(() => sessionsOf(request.job), { timeout: 20_000 }).toBe(0)
  }, 120_000)

  it('ends a snapshot that is closed in the middle of everything', async () => {
    const request = dumpRequest({ countSessions: 2 })
    const snapshot = await sourceOf(database.url).snapshot(request, never)
    const reading = errorOf(
      readSome(
        snapshot.dump(() => undefined, never),
        () => sleep(300),
      ),
    )
    const started = Date.now()
    await snapshot.close()
    expect(Date.now() - started).toBeLessThan(8_000)
    expect((await reading).code).toBe('DATABASE_DUMP_FAILED')
    await expect.poll(() => sessionsOf(request.job), { timeout: 20_000 }).toBe(0)
  })
})

describe('client programs that misbehave', () => {
  /** A directory of clients whose pg_dump is this script; everything else is the real thing. */
  async function clientsWith(name: string, script: string, version = '') {
    const real = newestClient(await findClients(process.env))
    const own = join(directory, name)
    await mkdir(own)
    for (const program of ['psql', 'pg_restore', 'pg_dumpall']) {
      await symlink(join(real.directory, program), join(own, program))
    }
    const text = `#!/bin/sh
if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) ${version || real.version}"; exit 0; fi
REAL=${real.pgDump}
${script}
`
    await writeFile(join(own, 'pg_dump'), text)
    await chmod(join(own, 'pg_dump'), 0o755)
    return { ...process.env, HOLDFAST_POSTGRES_BIN: own }
  }

  async function dumpWith(environment: NodeJS.ProcessEnv, changes: Partial<DumpRequest> = {}) {
    let snapshot: Snapshot | undefined
    try {
      const request = dumpRequest({ rowCounts: false, ...changes })
      snapshot = await sourceOf(database.url, environment).snapshot(request, never)
      const bytes = (await dumpOf(snapshot)).length
      return { bytes, warnings: snapshot.warnings }
    } finally {
      await snapshot?.close()
    }
  }

  it('exit 1 after the whole output is a failure', async () => {
    const environment = await clientsWith('late', '"$REAL" "$@"; echo "late canary" >&2; exit 1')
    const error = await errorOf(dumpWith(environment))
    expect(error.code).toBe('DATABASE_DUMP_FAILED')
    expect(error.message).toContain('exited with 1')
    expect(error.message).toContain('late canary')
  })

  it('exit 0 without a byte is a failure', async () => {
    const error = await errorOf(dumpWith(await clientsWith('silent', 'exit 0')))
    expect(error).toMatchObject({ code: 'DATABASE_DUMP_FAILED' })
    expect(error.message).toContain('printed nothing')
  })

  it('10 MB of standard error in one line hurt nobody, and stay out of the message', async () => {
    const flood = 'head -c 10000000 /dev/zero | tr "\\0" x >&2'
    const good = await dumpWith(await clientsWith('flood', `${flood}\nexec "$REAL" "$@"`))
    expect(good.bytes).toBeGreaterThan(15_000_000)
    const error = await errorOf(dumpWith(await clientsWith('fatal-flood', `${flood}\nexit 1`)))
    expect(error.code).toBe('DATABASE_DUMP_FAILED')
    expect(error.message.length).toBeLessThan(2_000)
  })

  it('warnings with exit 0 are kept with the backup', async () => {
    const environment = await clientsWith(
      'warns',
      'echo "pg_dump: warning: something odd" >&2; exec "$REAL" "$@"',
    )
    expect((await dumpWith(environment)).warnings).toEqual(['pg_dump: something odd'])
  })

  it('an older client than the server is refused with both versions and the package', async () => {
    const environment = await clientsWith('old', 'exit 9', '9.6.24')
    const error = await errorOf(sourceOf(database.url, environment).preflight(dumpRequest(), never))
    expect(error.code).toBe('DATABASE_CLIENT_TOO_OLD')
    expect(error.message).toContain('9.6.24')
    const version = (await postgres.psql('SHOW server_version')).split(' ')[0] ?? ''
    expect(error.message).toContain(version)
    expect(error.hint).toContain(`postgresql-client-${version.split('.')[0]}`)
  })

  it('no client at all is its own error', async () => {
    const environment = { ...process.env, HOLDFAST_POSTGRES_BIN: join(directory, 'nowhere') }
    const error = await errorOf(sourceOf(database.url, environment).preflight(dumpRequest(), never))
    expect(error.code).toBe('DATABASE_CLIENT_MISSING')
    expect(error.hint).toContain('postgresql-client')
  })

  it('a pg_dump that fails before it has its locks fails the snapshot', async () => {
    const script =
      'echo "pg_dump: error: connection to server failed: FATAL:  sorry, too many connections for role" >&2; exit 1'
    expect(await errorOf(dumpWith(await clientsWith('full', script)))).toMatchObject({
      code: 'DATABASE_REFUSED',
    })
  })
})

describe('a data-only dump of tables that refer to each other', () => {
  it('succeeds with the warning of pg_dump', async () => {
    await database.psql(`CREATE TABLE hen (id int PRIMARY KEY, egg int); CREATE TABLE egg (id int PRIMARY KEY, hen int);
      ALTER TABLE hen ADD FOREIGN KEY (egg) REFERENCES egg; ALTER TABLE egg ADD FOREIGN KEY (hen) REFERENCES hen;`)
    await withSnapshot(database.url, { kind: 'data' }, async (snapshot) => {
      await dumpOf(snapshot)
      expect(snapshot.warnings.join()).toContain('circular foreign-key constraints')
    })
  })
})
