import { createSchedule } from '@holdfast/schedule'
import { createEngine, type Engine } from './engine.ts'
import { onceADay, wheneverItIs } from './local-times.test.support.ts'
import { keyOf, type Task } from './task.ts'
import { createWorld, randomFrom, settled } from './world.test.support.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const dayMs = 24 * hourMs

/** From the first of January to the next, with both changes of clocks in each zone. */
const year = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') }

const plans = [
  { job: 'berlin-nightly', expression: '30 2 * * *', timeZone: 'Europe/Berlin' },
  { job: 'berlin-3-hourly', expression: '0 */3 * * *', timeZone: 'Europe/Berlin' },
  { job: 'new-york-nightly', expression: '30 2 * * *', timeZone: 'America/New_York' },
  { job: 'new-york-weekly', expression: '30 1 * * SUN', timeZone: 'America/New_York' },
  { job: 'lord-howe-nightly', expression: '10 2 * * *', timeZone: 'Australia/Lord_Howe' },
  { job: 'lord-howe-2-hourly', expression: '0 */2 * * *', timeZone: 'Australia/Lord_Howe' },
] as const

/** A little more, since what is due at the very end runs after it. */
const span = { from: year.from, to: new Date(year.to.getTime() + 6 * hourMs) }

/** When each is due, worked out without the schedules. */
const dueTimes: Readonly<Record<(typeof plans)[number]['job'], number[]>> = {
  'berlin-nightly': onceADay('Europe/Berlin', { hour: 2, minute: 30 }, span),
  'berlin-3-hourly': wheneverItIs('Europe/Berlin', (hour) => hour % 3 === 0, span),
  'new-york-nightly': onceADay('America/New_York', { hour: 2, minute: 30 }, span),
  'new-york-weekly': onceADay('America/New_York', { hour: 1, minute: 30, weekday: 0 }, span),
  'lord-howe-nightly': onceADay('Australia/Lord_Howe', { hour: 2, minute: 10 }, span),
  'lord-howe-2-hourly': wheneverItIs('Australia/Lord_Howe', (hour) => hour % 2 === 0, span),
}

/** One run that came to its end; a run that died with its process is none. */
interface EndedRun {
  startedAt: number
  /** The times that it is for: all that came due since the start of the run before. */
  covers: number[]
}

export interface SimulatedJob {
  job: string
  due: number
  runs: EndedRun[]
  /** Times that no run is for. */
  uncovered: number[]
}

export interface SimulatedYear {
  jobs: SimulatedJob[]
  restarts: number
  killedRuns: number
}

interface Incident {
  /** When, in milliseconds that have passed since the start of the year. */
  at: number
  happens: () => void | Promise<void>
}

/** A year of the engine, with a storage that remembers and a process that dies, in less than a minute. */
export async function simulateYear(seed: number): Promise<SimulatedYear> {
  const random = randomFrom(seed)
  const world = createWorld(year.from)
  const ended = new Map<string, number[]>()
  /** What the storages know: when each began what came to its end. */
  const reports = new Map<string, number>()
  const tasks = plans.map(({ job, ...options }): Task => ({
    job,
    kind: 'backup',
    schedule: createSchedule({ ...options, name: job }),
  }))
  let life = 0
  let restarts = 0
  let killedRuns = 0
  let engine: Engine<Task> | undefined
  /** How long the process is down once it has died in the middle of the next run. */
  let nextRunIsFatal: { downMs: number } | undefined

  const boot = (): void => {
    const own = ++life
    const clock = world.clockFor(() => life === own)
    engine = createEngine<Task>({
      clock,
      maxConcurrent: 2,
      lookEveryMs: 10 * minuteMs,
      perform: async ({ task }) => {
        const startedAt = clock.now().getTime()
        const durationMs = Math.ceil(random() * 4 * minuteMs)
        if (nextRunIsFatal !== undefined) {
          const { downMs } = nextRunIsFatal
          nextRunIsFatal = undefined
          clock.after(Math.floor(random() * durationMs), () => die(downMs))
        }
        await new Promise<void>((resolve) => {
          clock.after(durationMs, resolve)
        })
        const key = keyOf(task)
        ended.set(key, [...(ended.get(key) ?? []), startedAt])
        reports.set(key, startedAt)
      },
      onCrash: (_, error) => {
        throw error
      },
    })
    engine.replace(tasks)
    for (const task of tasks) engine.remember(task, new Date(reports.get(keyOf(task)) ?? year.from))
    engine.start()
  }

  const machine = world.clockFor(() => true)
  const die = (downMs: number): void => {
    if (engine === undefined) return
    killedRuns += engine.state().running.length
    life += 1
    engine = undefined
    machine.after(downMs, () => {
      restarts += 1
      boot()
    })
  }

  const incidents: Incident[] = [
    { at: 100.4 * dayMs, happens: () => world.setWall(new Date(world.wall().getTime() - hourMs)) },
    { at: 200.6 * dayMs, happens: () => world.setWall(new Date(world.wall().getTime() + dayMs)) },
  ]
  for (let at = dayMs * random() * 6; at < 364 * dayMs; at += dayMs * (1 + random() * 8)) {
    const downMs = random() < 0.7 ? random() * hourMs : random() * 2 * dayMs
    const isInRun = random() < 0.5
    incidents.push({
      at,
      happens: () => (isInRun ? void (nextRunIsFatal = { downMs }) : die(downMs)),
    })
    at += downMs
  }

  boot()
  let passed = 0
  for (const { at, happens } of incidents.toSorted((a, b) => a.at - b.at)) {
    await world.pass(at - passed)
    passed = at
    await happens()
    await settled()
  }
  // The clock was set an hour back and a day forward; a quiet hour after the year lets everything end.
  await world.pass(year.to.getTime() + hourMs - world.wall().getTime())

  return {
    restarts,
    killedRuns,
    jobs: plans.map(({ job }) => resultOf(job, ended.get(`${job} backup`) ?? [])),
  }
}

function resultOf(job: keyof typeof dueTimes, starts: readonly number[]): SimulatedJob {
  const due = dueTimes[job]
  let before = year.from.getTime()
  const runs = starts.map((startedAt): EndedRun => {
    const covers = due.filter((at) => at > before && at <= startedAt)
    before = startedAt
    return { startedAt, covers }
  })
  const inYear = due.filter((at) => at <= year.to.getTime())
  return { job, due: inYear.length, runs, uncovered: inYear.filter((at) => at > before) }
}
