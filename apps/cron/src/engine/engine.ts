import type { HoldfastError } from '@holdfast/plugin'
import { createTimetable } from '@holdfast/schedule'
import type { Clock } from './clock.ts'
import { createQueue } from './queue.ts'
import { keyOf, type Task } from './task.ts'

/** A jump of the clock, or a machine that slept, is noticed after so many milliseconds at the latest. */
const usualLookMs = 30_000

export interface Start<Some extends Task> {
  task: Some
  /** When it should have started. */
  dueAt: Date
  nextRunAt: Date | undefined
  signal: AbortSignal
}

export interface EngineOptions<Some extends Task> {
  clock: Clock
  maxConcurrent: number
  /** How often the clock is looked at, at least, in milliseconds; every 30 seconds unless set. */
  lookEveryMs?: number
  /** Does what is due. What it throws is a mistake of ours, and told to `onCrash`. */
  perform(start: Start<Some>): Promise<void>
  onCrash(task: Some, error: unknown): void
  /** Some times of a task have passed without a run of their own; the one that comes is for all of them. */
  onMissed?(task: Some, count: number): void
}

/** Who runs what is due. Knows neither what runs nor when. */
export interface Engine<Some extends Task> {
  /**
   * From now on these are the tasks. What runs goes on. A task that was there with the same schedule stays where it was;
   * for another one everything up to now is done with, until `remember` knows better.
   */
  replace(tasks: readonly Some[], options?: { maxConcurrent: number }): void
  /** Up to when a task is done with, as the storages say. Too late once it has been due. */
  remember(task: Pick<Task, 'job' | 'kind'>, doneUntil: Date): void
  /** Starts it as soon as it can, whatever its schedule says. */
  enqueue(task: Some): void
  start(): void
  /** Starts nothing more, and resolves once everything has ended; what waits is not run. */
  drain(): Promise<void>
  /** Cancels everything that runs. */
  cancel(reason: HoldfastError): void
  nextRunAt(task: Pick<Task, 'job' | 'kind'>): Date | undefined
  state(): EngineState<Some>
}

export interface EngineState<Some extends Task> {
  running: readonly { task: Some; startedAt: Date }[]
  waiting: readonly Some[]
  /** When it was last looked at what is due. */
  lookedAt: Date | undefined
}

interface Running<Some extends Task> {
  task: Some
  startedAt: Date
  cancellation: AbortController
  ended: Promise<void>
}

export function createEngine<Some extends Task>(options: EngineOptions<Some>): Engine<Some> {
  const { clock, lookEveryMs = usualLookMs } = options
  const timetable = createTimetable()
  const tasks = new Map<string, Some>()
  const running = new Map<string, Running<Some>>()
  /** Tasks of which nothing is remembered yet. */
  const fresh = new Set<string>()
  let { maxConcurrent } = options
  const queue = createQueue<Some>(() => maxConcurrent)
  let state: 'idle' | 'started' | 'draining' = 'idle'
  let callOff = (): void => {}
  let lookedAt: Date | undefined

  const look = (): void => {
    if (state !== 'started') return
    callOff()
    const now = clock.now()
    lookedAt = now
    for (const { key, dueAt, missed } of timetable.take(now)) {
      const task = tasks.get(key)
      if (task === undefined) continue
      fresh.delete(key)
      const isNew = queue.add({ task, dueAt })
      const passed = missed + (isNew ? 0 : 1)
      if (passed > 0) options.onMissed?.(task, passed)
    }
    startWaiting()
    const next = timetable.nextAt()
    const waitMs = next === undefined ? lookEveryMs : next.getTime() - clock.now().getTime()
    callOff = clock.after(Math.min(lookEveryMs, Math.max(0, waitMs)), look)
  }

  /** Once for all that is told at the same time. */
  const lookSoon = (): void => {
    if (state !== 'started') return
    callOff()
    callOff = clock.after(0, look)
  }

  const startWaiting = (): void => {
    for (let one = queue.next(); one !== undefined; one = queue.next()) begin(one.task, one.dueAt)
  }

  const begin = (task: Some, dueAt: Date): void => {
    const key = keyOf(task)
    const cancellation = new AbortController()
    const start = { task, dueAt, nextRunAt: timetable.nextAt(key), signal: cancellation.signal }
    const work = async (): Promise<void> => {
      try {
        await options.perform(start)
      } catch (error) {
        options.onCrash(task, error)
      } finally {
        running.delete(key)
        queue.ended(task)
        if (state === 'started') startWaiting()
      }
    }
    const entry = { task, startedAt: clock.now(), cancellation, ended: Promise.resolve() }
    running.set(key, entry)
    entry.ended = work()
  }

  return {
    replace: (given, changed) => {
      maxConcurrent = changed?.maxConcurrent ?? maxConcurrent
      const wanted = new Map(given.map((task) => [keyOf(task), task]))
      for (const key of tasks.keys()) if (!wanted.has(key)) timetable.remove(key)
      for (const [key, task] of wanted) {
        const before = tasks.get(key)
        if (before?.schedule.identity === task.schedule.identity) continue
        timetable.put(key, task.schedule, clock.now())
        fresh.add(key)
      }
      queue.keep(({ task, dueAt }) => {
        const now = wanted.get(keyOf(task))
        return now?.schedule.identity === task.schedule.identity ? { task: now, dueAt } : undefined
      })
      tasks.clear()
      for (const [key, task] of wanted) tasks.set(key, task)
      lookSoon()
    },
    remember: (which, doneUntil) => {
      const key = keyOf(which)
      const task = tasks.get(key)
      if (task === undefined || !fresh.delete(key)) return
      timetable.put(key, task.schedule, doneUntil)
      lookSoon()
    },
    enqueue: (task) => {
      queue.add({ task, dueAt: clock.now() })
      lookSoon()
    },
    start: () => {
      if (state !== 'idle') return
      state = 'started'
      look()
    },
    drain: async () => {
      state = 'draining'
      callOff()
      queue.keep(() => undefined)
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
    cancel: (reason) => {
      for (const { cancellation } of running.values()) cancellation.abort(reason)
    },
    nextRunAt: (task) => timetable.nextAt(keyOf(task)),
    state: () => ({
      running: [...running.values()].map(({ task, startedAt }) => ({ task, startedAt })),
      waiting: queue.waiting().map(({ task }) => task),
      lookedAt,
    }),
  }
}
