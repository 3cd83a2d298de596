import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { killRunning, lookFor, programUnder } from './processes.ts'
import { damageIn, backupsIn } from './stored.ts'
import { differences, noTraces, tracesOf } from './traces.ts'
import { inLanes, tries } from './tries.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const times = tries({ usually: 50, full: 200 })
const seconds = tries({ usually: 900, full: 3600 })

const lanes: Workplace[] = []

beforeAll(async () => {
  const first = await createWorkplace(inject('postgresUrl'), 'kill_dump')
  lanes.push(first)
  await fill(first.database, { megabytes: 10 })
  lanes.push(await createWorkplace(inject('postgresUrl'), 'kill_dump', { template: first.database }))
})

afterAll(() => Promise.all(lanes.map((lane) => lane.remove())))

it(
  `leaves no backup when pg_dump is killed, at ${times} random moments`,
  async () => {
    const dumpMs = await Promise.all(lanes.map(measureDump))
    const problems: string[] = []
    let killed = 0
    while (killed < times) {
      await inLanes(lanes, times - killed, async (lane, attempt) => {
        // Every tenth time it is the program that dumps the roles.
        const program = attempt % 10 === 9 ? 'pg_dumpall' : 'pg_dump'
        const withinMs = program === 'pg_dump' ? Math.max(...dumpMs) : 20
        const found = await killOnce(lane, program, Math.random() * withinMs)
        if (found !== undefined) killed += 1
        problems.push(...(found ?? []))
      })
    }
    expect(problems).toEqual([])
  },
  seconds * 1000,
)

it('backs up as if nothing had been', async () => {
  for (const lane of lanes) {
    expect(await lane.backUp()).toMatchObject({ exitCode: 0 })
    expect(await backupsIn(lane.backups)).toHaveLength(1)
    expect(await damageIn(lane.backups)).toEqual([])
  }
})

/** How long pg_dump lives in a run that nobody disturbs. */
async function measureDump(lane: Workplace): Promise<number> {
  const running = lane.start(['backup', '--to', join(lane.directory, 'measured')])
  const dumping = () => programUnder(running.pid, 'pg_dump')
  await lookFor(dumping, running.outcome)
  const since = performance.now()
  await lookFor(() => (dumping() === undefined ? true : undefined), running.outcome)
  const ms = performance.now() - since
  await running.outcome
  return ms
}

/** What was not as it should be afterwards; undefined when the program had ended before it could be killed. */
async function killOnce(lane: Workplace, program: string, afterMs: number): Promise<string[] | undefined> {
  const running = lane.startBackup()
  const child = await lookFor(() => programUnder(running.pid, program), running.outcome)
  await sleep(afterMs)
  const killed = child !== undefined && (await killRunning(child.pid, program))
  const outcome = await running.outcome
  if (!killed) {
    await rm(lane.backups, { recursive: true, force: true })
    return undefined
  }
  const { status, error } = reportOf(outcome)
  return differences(
    `${program} killed after ${afterMs.toFixed(1)} ms`,
    {
      exitCode: outcome.exitCode,
      status,
      code: error?.code,
      tellsOfKill: error?.message.includes('SIGKILL'),
      ...(await tracesOf(lane)),
    },
    { exitCode: 3, status: 'failed', code: 'DATABASE_DUMP_FAILED', tellsOfKill: true, ...noTraces },
  )
}
