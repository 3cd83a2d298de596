import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import { type Held, holdTable, waitForWaiting } from './hold.ts'
import type { Outcome } from './holdfast.ts'
import { watch } from './moments.ts'
import { backupsIn, damageIn } from './stored.ts'
import { noTraces, tracesOf } from './traces.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const starts = 20

let place: Workplace
let held: Held | undefined

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'simultaneous')
  await fill(place.database, { megabytes: 10 })
})

afterEach(() => held?.release())

afterAll(() => place.remove())

it(`has one winner of ${starts} starts of a job at the same time`, { timeout: 300_000 }, async () => {
  // Whoever wins waits for this table with the job's lock in hand, until the others have had their chance.
  held = await holdTable(place.database, 'orders')
  const outcomes: Outcome[] = []
  const running = Array.from({ length: starts }, () => place.startBackup())
  await new Promise<void>((resolve) => {
    for (const { outcome } of running) {
      void outcome.then((ended) => {
        if (outcomes.push(ended) === starts - 1) resolve()
      })
    }
  })
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(Array(starts - 1).fill(7))
  expect(outcomes.map((outcome) => reportOf(outcome).error?.code)).toEqual(
    Array(starts - 1).fill('RUN_LOCKED'),
  )
  expect(reportOf(outcomes[0] as Outcome).error?.message).toMatch(/server process \d+, since 2\d{3}-/)
  expect(await place.files()).toEqual([])

  await waitForWaiting(place.database)
  await held.release()
  await Promise.all(running.map(({ outcome }) => outcome))
  expect(outcomes.at(-1)).toMatchObject({ exitCode: 0 })
  expect(await backupsIn(place.backups)).toHaveLength(1)
  expect(await damageIn(place.backups)).toEqual([])
})

it('blocks nobody once it is killed', async () => {
  for (let attempt = 0; attempt < 3; attempt++) {
    const winner = place.startBackup()
    await watch(place, winner).reach('store')
    winner.signal('SIGKILL')
    expect(await winner.outcome).toMatchObject({ signal: 'SIGKILL' })
    expect(await place.backUp()).toMatchObject({ exitCode: 0 })
  }
})

it('blocks nobody for longer than lockWaitTimeoutMs when it is killed while it waits for a table', async () => {
  const lockWaitTimeoutMs = 3000
  const job = { dump: { lockWaitTimeoutMs }, storages: [{ use: 'local', options: { path: 'backups' } }] }
  await place.configure({ jobs: { shop: { database: '${DATABASE_URL}', ...job } } })
  held = await holdTable(place.database, 'orders')
  const winner = place.start(['backup'])
  await waitForWaiting(place.database)
  winner.signal('SIGKILL')
  const killedAt = performance.now()
  await winner.outcome
  const { processes, sessions } = await tracesOf(place)
  expect({ processes, sessions }).toEqual({ processes: noTraces.processes, sessions: noTraces.sessions })
  expect(performance.now() - killedAt).toBeLessThan(lockWaitTimeoutMs + 20_000)
  await held.release()
  expect(await place.run(['backup', '--json'])).toMatchObject({ exitCode: 0 })
})
