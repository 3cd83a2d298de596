import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { problemsAfterGoodRun, problemsAfterKill } from './aftermath.ts'
import { type Moment, measureMoments, moments, watch } from './moments.ts'
import { inLanes, tries } from './tries.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

const times = tries({ usually: 50, full: 200 })
const seconds = tries({ usually: 900, full: 3600 })
/** After so many killed runs in a row comes a good one. */
const killedInARow = 5

const lanes: Workplace[] = []

beforeAll(async () => {
  const first = await createWorkplace(inject('postgresUrl'), 'kill_run')
  lanes.push(first)
  await fill(first.database, { megabytes: 10 })
  lanes.push(await createWorkplace(inject('postgresUrl'), 'kill_run', { template: first.database }))
  for (const lane of lanes) {
    // Few enough that runs delete backups too.
    const storage = { use: 'local', options: { path: 'backups' }, retention: { last: 3 } }
    await lane.configure({ jobs: { shop: { database: '${DATABASE_URL}', storages: [storage] } } })
  }
})

afterAll(() => Promise.all(lanes.map((lane) => lane.remove())))

it(
  `leaves whole backups only when it is killed itself, at ${times} random moments`,
  async () => {
    const spans = await measureMoments(lanes)
    const killedAt = new Map<Moment, number>(moments.map((moment) => [moment, 0]))
    const problems: string[] = []
    await inLanes(lanes, Math.ceil(times / killedInARow), async (lane) => {
      for (let inARow = 0; inARow < killedInARow;) {
        const moment = rarest(killedAt)
        count(killedAt, moment, 1)
        const found = await killOnce(lane, moment, Math.random() * (spans.get(moment) ?? 0))
        if (found === undefined) count(killedAt, moment, -1)
        else inARow += 1
        problems.push(...(found ?? []))
      }
      problems.push(...(await problemsAfterGoodRun(lane)))
    })
    expect(problems).toEqual([])
    expect([...killedAt.values()].reduce((sum, kills) => sum + kills)).toBeGreaterThanOrEqual(times)
    expect(Math.min(...killedAt.values())).toBeGreaterThanOrEqual(Math.floor(times / moments.length))
  },
  seconds * 1000,
)

function rarest(counts: ReadonlyMap<Moment, number>): Moment {
  const [first] = [...counts].toSorted(([, one], [, other]) => one - other)
  return first?.[0] ?? 'store'
}

function count(counts: Map<Moment, number>, moment: Moment, more: number): void {
  counts.set(moment, (counts.get(moment) ?? 0) + more)
}

/** What was not as it should be afterwards; undefined when the run had ended before it could be killed. */
async function killOnce(lane: Workplace, moment: Moment, afterMs: number): Promise<string[] | undefined> {
  const running = lane.start(['backup', '--quiet'])
  await watch(lane, running).reach(moment)
  await sleep(afterMs)
  running.signal('SIGKILL')
  const { exitCode, signal, stderr } = await running.outcome
  const when = `killed ${afterMs.toFixed(1)} ms after ${moment}`
  if (signal !== 'SIGKILL') {
    return exitCode === 0 ? undefined : [`${when}: ended with ${exitCode} before: ${stderr}`]
  }
  return problemsAfterKill(lane, when)
}
