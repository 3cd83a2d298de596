import { type TestDatabase, usePostgres } from '@holdfast/lab'
import type { Snapshot } from '@holdfast/plugin'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { asSql, dumpOf, dumpRequest, errorOf, never, sourceOf, withSnapshot } from './source.test.data.ts'

const postgres = usePostgres(inject('postgresUrl'))
let database: TestDatabase

beforeAll(async () => {
  database = await postgres.createDatabase('locks')
  await database.psql(`CREATE TABLE a (id int); INSERT INTO a SELECT generate_series(1, 1000);
    CREATE TABLE b (id int); INSERT INTO b VALUES (1);`)
})
afterAll(() => database.drop())

/** Runs SQL that holds on for some seconds; resolves once it has begun to. */
async function hold(sql: string, seconds: number): Promise<{ done: Promise<string>; pid: number }> {
  const tag = `hold-${Math.random()}`
  const done = database.psql(
    `SET application_name = '${tag}'; BEGIN; ${sql}; SELECT pg_sleep(${seconds}); COMMIT;`,
  )
  for (;;) {
    const pid = await postgres.psql(
      `SELECT pid FROM pg_stat_activity WHERE application_name = '${tag}' AND query LIKE '%pg_sleep%' AND wait_event = 'PgSleep'`,
    )
    if (pid !== '') return { done, pid: Number(pid) }
    await sleep(20)
  }
}

describe('the lock of a job', () => {
  it('lets one of 20 simultaneous starts win and names the winner to the others', async () => {
    const request = dumpRequest()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => sourceOf(database.url).snapshot(request, never)),
    )
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    const losers = outcomes.filter((outcome) => outcome.status === 'rejected')
    const pid = await postgres.psql(
      `SELECT string_agg(pid::text, ',') FROM pg_locks WHERE locktype = 'advisory' AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = '${database.name}')`,
    )
    await Promise.all(winners.map(({ value }) => value.close()))
    expect(winners).toHaveLength(1)
    expect(losers).toHaveLength(19)
    for (const { reason } of losers) {
      expect(reason).toMatchObject({ code: 'RUN_LOCKED' })
      expect((reason as Error).message).toMatch(new RegExp(`server process ${pid}, since 20\\d\\d-`))
    }
  }, 30_000)

  it('is free as soon as the snapshot is closed, and does not concern other jobs', async () => {
    const request = dumpRequest()
    for (let round = 0; round < 5; round += 1) {
      const snapshot = await sourceOf(database.url).snapshot(request, never)
      await withSnapshot(database.url, {}, async () => undefined)
      await snapshot.close()
      await snapshot.close()
      expect(snapshot.warnings).toEqual([])
    }
  })

  it('stays after the transaction is released', async () => {
    const request = dumpRequest()
    const snapshot = await sourceOf(database.url).snapshot(request, never)
    await dumpOf(snapshot)
    await snapshot.release()
    const state = await postgres.psql(
      `SELECT DISTINCT state FROM pg_stat_activity WHERE application_name = 'holdfast:${request.job}'`,
    )
    const error = await errorOf(sourceOf(database.url).snapshot(request, never))
    await snapshot.close()
    expect(state).toBe('idle')
    expect(error.code).toBe('RUN_LOCKED')
  })

  it('is free at once when the process that ran the job is killed in the middle of a long count', async () => {
    const request = dumpRequest()
    const index = new URL('./index.ts', import.meta.url).pathname
    const script = `
      const { postgresSource } = await import(${JSON.stringify(index)})
      const source = postgresSource(process.argv[1], { environment: process.env })
      const signal = new AbortController().signal
      const snapshot = await source.snapshot(${JSON.stringify(request)}, signal)
      void snapshot.count(signal)
      console.log('counting')`
    await database.psql(`CREATE TABLE slow (id int);
      INSERT INTO slow SELECT generate_series(1, 3000000);`)
    const flags = ['--conditions=@holdfast/source', '--input-type=module', '-e', script, database.url]
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    let snapshot: Snapshot | undefined
    await expect
      .poll(async () => (snapshot ??= await sourceOf(database.url).snapshot(request, never)), {
        timeout: 1_000,
      })
      .toBeDefined()
    await snapshot?.close()
    await database.psql('DROP TABLE slow')
  })

  it('is free after its holder was killed', async () => {
    const request = dumpRequest()
    const lost = await sourceOf(database.url).snapshot(request, never)
    await postgres.psql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast:${request.job}'`,
    )
    await sleep(100)
    const snapshot = await sourceOf(database.url).snapshot(request, never)
    await snapshot.close()
    await lost.release()
    expect(lost.warnings.join()).toContain('lost before the end')
    await lost.close()
  })
})

/** The rows of table a, as they were dumped and as they were counted. */
async function rowsOf(snapshot: Snapshot): Promise<(number | undefined)[]> {
  const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
  const sql = await asSql(archive)
  const copied = sql.slice(sql.indexOf('COPY public.a '), sql.indexOf('\\.\n', sql.indexOf('COPY public.a ')))
  return [copied.split('\n').length - 2, counted.find(({ name }) => name === 'a')?.rows]
}

describe('table locks', () => {
  it('gives up after lockWaitTimeoutMs and names who is in the way', async () => {
    const { done, pid } = await hold('LOCK TABLE b IN ACCESS EXCLUSIVE MODE', 5)
    const started = Date.now()
    const error = await errorOf(
      sourceOf(database.url).snapshot(dumpRequest({ lockWaitTimeoutMs: 300 }), never),
    )
    expect(Date.now() - started).toBeLessThan(5_000)
    expect(error.code).toBe('DATABASE_LOCK_TIMEOUT')
    expect(error.message).toContain(`public.b by server process ${pid} (postgres,`)
    expect(error.hint).toContain(`pg_terminate_backend(${pid})`)
    await done
  })

  it('waits for a lock that goes away in time', async () => {
    const { done } = await hold('LOCK TABLE b IN ACCESS EXCLUSIVE MODE', 1)
    await withSnapshot(database.url, {}, async (snapshot) => {
      expect(snapshot.tables).toHaveLength(2)
    })
    await done
  })

  it('dumps every row of a table that somebody truncates after the snapshot', async () => {
    await withSnapshot(database.url, {}, async (snapshot) => {
      const truncated = database.psql('TRUNCATE a')
      await sleep(200)
      expect(await rowsOf(snapshot)).toEqual([1000, 1000])
      await snapshot.close()
      await truncated
    })
    await database.psql('INSERT INTO a SELECT generate_series(1, 1000)')
  })

  it('sees a table before or after a TRUNCATE that comes while the locks are taken, never in between', async () => {
    for (let round = 0; round < 6; round += 1) {
      const truncated = sleep(20 + round * 25).then(() => database.psql('TRUNCATE a'))
      await withSnapshot(database.url, {}, async (snapshot) => {
        const [dumped, counted] = await rowsOf(snapshot)
        expect([0, 1000]).toContain(dumped)
        expect(counted).toBe(dumped)
      })
      await truncated
      await database.psql('INSERT INTO a SELECT generate_series(1, 1000)')
    }
  })

  it('includes tables that are created while the tables are being locked, or leaves them out of both', async () => {
    let isOver = false
    const migrating = (async () => {
      for (let step = 0; !isOver; step += 1) {
        await sleep(step % 2 === 0 ? 10 : 150)
        await database.psql(`DROP TABLE IF EXISTS c_${step % 3};
          CREATE TABLE c_${step % 3} AS SELECT generate_series(1, 5);`)
      }
    })()
    try {
      for (let round = 0; round < 5; round += 1) {
        await withSnapshot(database.url, {}, async (snapshot) => {
          const sql = await asSql(await dumpOf(snapshot))
          const copied = [...sql.matchAll(/^COPY public\.(\S+)/gm)].map(([, name]) => name)
          expect(new Set(copied)).toEqual(new Set(snapshot.tables.map(({ name }) => name)))
        })
      }
    } finally {
      isOver = true
      await migrating
    }
  })
})
