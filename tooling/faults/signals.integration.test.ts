import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Held, holdTable, waitForWaiting } from './hold.ts'
import { type Outcome, type Running, sendSignal } from './holdfast.ts'
import { type Moment, moments, watch } from './moments.ts'
import { lookFor, programUnder } from './processes.ts'
import { damageIn } from './stored.ts'
import { differences, noTraces, tracesOf } from './traces.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const endings = { SIGTERM: 143, SIGINT: 130 } as const
type Name = keyof typeof endings
const codes = { SIGTERM: 'RUN_TERMINATED', SIGINT: 'RUN_INTERRUPTED' } as const
const promisedMs = 10_000

let place: Workplace
let held: Held | undefined
const stopped: number[] = []

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'signals')
  await fill(place.database, { megabytes: 15 })
})

beforeEach(() => rm(place.backups, { recursive: true, force: true }))

afterEach(async () => {
  await held?.release()
  for (const pid of stopped.splice(0)) sendSignal(pid, 'SIGCONT')
})

afterAll(() => place.remove())

async function signalled(running: Running, name: Name): Promise<Outcome & { tookMs: number }> {
  const since = performance.now()
  running.signal(name)
  return { ...(await running.outcome), tookMs: performance.now() - since }
}

function stop(pid: number): void {
  stopped.push(pid)
  process.kill(pid, 'SIGSTOP')
}

/** Stops pg_dump as soon as it has begun to send. */
async function stopDump(running: Running, moment: Moment = 'store'): Promise<number> {
  await watch(place, running).reach(moment)
  const child = await lookFor(() => programUnder(running.pid, 'pg_dump'), running.outcome)
  if (child === undefined) throw new Error('pg_dump was too fast.')
  stop(child.pid)
  return child.pid
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (name) => {
  it(
    'ends a run at any moment, with nothing left behind but a whole backup',
    { timeout: 300_000 },
    async () => {
      const problems: string[] = []
      for (const moment of moments) {
        const running = place.startBackup()
        await watch(place, running).reach(moment)
        await sleep(Math.random() * 30)
        const { exitCode, tookMs, stdout } = await signalled(running, name)
        const { backups: _, data: __, ...left } = noTraces
        const facts = {
          inTime: tookMs < promisedMs,
          damage: await damageIn(place.backups),
          ...(await tracesOf(place)),
        }
        problems.push(...differences(`${name} at ${moment}`, facts, { inTime: true, damage: [], ...left }))
        const { status, error } = reportOf({ stdout })
        // What comes too late to stop it finds a run that has gone well.
        if (status === 'succeeded' && ['verify', 'retain', 'report'].includes(moment)) continue
        const ended = { exitCode, status, code: error?.code }
        const expected = { exitCode: endings[name], status: 'cancelled', code: codes[name] } as const
        problems.push(...differences(`${name} at ${moment}`, ended, expected))
      }
      expect(problems).toEqual([])
    },
  )

  it('ends a run that waits for a locked table', async () => {
    held = await holdTable(place.database, 'orders')
    const running = place.startBackup()
    await waitForWaiting(place.database)
    const { exitCode, tookMs } = await signalled(running, name)
    expect(exitCode).toBe(endings[name])
    expect(tookMs).toBeLessThan(promisedMs)
    expect(await tracesOf(place)).toEqual(noTraces)
  })

  it('ends a run at once when it comes twice, and the next run sweeps', async () => {
    const running = place.startBackup()
    const child = await stopDump(running)
    running.signal(name)
    await sleep(300)
    const { exitCode, tookMs } = await signalled(running, name)
    expect(exitCode).toBe(endings[name])
    expect(tookMs).toBeLessThan(4000)
    sendSignal(child, 'SIGKILL')
    await place.leftConnected()
    expect((await place.backUp()).exitCode).toBe(0)
    expect(await damageIn(place.backups)).toEqual([])
    expect((await tracesOf(place)).orphans).toEqual([])
  })
})

it('SIGTERM ends a run whose pg_dump does not react', async () => {
  const running = place.startBackup()
  await stopDump(running)
  const { exitCode, tookMs } = await signalled(running, 'SIGTERM')
  expect(exitCode).toBe(143)
  expect(tookMs).toBeLessThan(promisedMs)
  expect(await tracesOf(place)).toEqual(noTraces)
})

describe('a standstill', () => {
  const stallTimeoutMs = 1500

  beforeEach(async () => {
    const storages = [{ use: 'local', options: { path: 'backups' } }]
    const job = { database: '${DATABASE_URL}', dump: { stallTimeoutMs }, storages }
    await place.configure({ jobs: { shop: job } })
  })

  async function expectStalled(running: Running): Promise<void> {
    const outcome = await running.outcome
    expect(reportOf(outcome)).toMatchObject({ status: 'failed', error: { code: 'DATABASE_STALLED' } })
    expect(outcome.exitCode).toBe(3)
  }

  it.each(['snapshot', 'store'] as const)('of pg_dump is noticed at %s', async (moment) => {
    const running = place.start(['backup', '--json'])
    await stopDump(running, moment)
    await expectStalled(running)
    expect(await tracesOf(place)).toEqual(noTraces)
  })

  it('of the server is noticed', async () => {
    const running = place.start(['backup', '--json'])
    // It waits meanwhile, or its session might end before it can be stopped.
    const dump = await stopDump(running)
    const backends = await place.database.psql(`SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'holdfast:%' AND backend_type = 'client backend'`)
    // Of nobody, a signal would go to this very process.
    expect(backends).toMatch(/^\d+(\n\d+)*$/)
    // The session of pg_dumpall may have ended since; that of pg_dump can not.
    const standing = backends
      .split('\n')
      .map(Number)
      .filter((pid) => sendSignal(pid, 'SIGSTOP'))
    stopped.push(...standing)
    expect(standing).not.toEqual([])
    sendSignal(dump, 'SIGCONT')
    await expectStalled(running)
    expect(await place.leftRunning()).toEqual([])
    for (const pid of stopped.splice(0)) sendSignal(pid, 'SIGCONT')
    expect(await tracesOf(place)).toEqual(noTraces)
  })

  it('of holdfast itself is survived', async () => {
    const running = place.start(['backup', '--json'])
    await watch(place, running).reach('store')
    stop(running.pid)
    await sleep(stallTimeoutMs + 500)
    sendSignal(running.pid, 'SIGCONT')
    expect(await running.outcome).toMatchObject({ exitCode: 0 })
    expect(await damageIn(place.backups)).toEqual([])
  })
})
