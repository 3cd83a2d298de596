import { HoldfastError } from '@holdfast/plugin'
import { createSchedule } from '@holdfast/schedule'
import { describe, expect, it } from 'vitest'
import { createEngine, type Start } from './engine.ts'
import type { Task } from './task.ts'
import { createWorld, settled } from './world.test.support.ts'

const minuteMs = 60_000

function task(job: string, kind: Task['kind'] = 'backup', expression = '*/10 * * * *'): Task {
  return { job, kind, schedule: createSchedule({ expression, name: `${job} ${kind}` }) }
}

/** An engine in a world of its own, from 0:05; runs go on until `finish`. */
function setUp(tasks: readonly Task[], { maxConcurrent = 2 } = {}) {
  const world = createWorld(new Date('2026-01-01T00:05:00Z'))
  const running = new Map<string, { start: Start<Task>; end: (error?: Error) => void }>()
  const begun: string[] = []
  const crashes: unknown[] = []
  const missed: string[] = []
  const engine = createEngine<Task>({
    clock: world.clockFor(() => true),
    maxConcurrent,
    perform: (start) => {
      const { job, kind } = start.task
      begun.push(`${job} ${kind} ${world.wall().toISOString().slice(11, 16)}`)
      return new Promise((resolve, reject) => {
        const end = (error?: Error): void => (error === undefined ? resolve() : reject(error))
        running.set(`${job} ${kind}`, { start, end })
      })
    },
    onCrash: (_, error) => crashes.push(error),
    onMissed: ({ job, kind }, count) => missed.push(`${job} ${kind} ${count}`),
  })
  engine.replace(tasks)
  engine.start()
  const finish = async (key: string, error?: Error): Promise<void> => {
    running.get(key)?.end(error)
    running.delete(key)
    await settled()
  }
  return { world, engine, begun, crashes, missed, running, finish }
}

describe('the engine', () => {
  it('runs so many jobs at once, and the rest in the order in which they were due', async () => {
    const { world, begun, finish } = setUp([
      task('a', 'backup', '12 * * * *'),
      task('b', 'backup', '11 * * * *'),
      task('c', 'backup', '10 * * * *'),
      task('d', 'backup', '10 * * * *'),
    ])
    await world.pass(10 * minuteMs)
    expect(begun).toEqual(['c backup 00:10', 'd backup 00:10'])
    await finish('c backup')
    await finish('d backup')
    expect(begun.slice(2)).toEqual(['b backup 00:15', 'a backup 00:15'])
  })

  it('never does two things of a job at once, and does not hold up other jobs for it', async () => {
    const { world, begun, finish } = setUp([
      task('a'),
      task('a', 'verify'),
      task('b', 'backup', '12 * * * *'),
    ])
    await world.pass(8 * minuteMs)
    expect(begun).toEqual(['a backup 00:10', 'b backup 00:12'])
    await finish('a backup')
    expect(begun.at(-1)).toBe('a verify 00:13')
  })

  it('looks for missed backups while the one that is missed hangs', async () => {
    const { world, begun } = setUp([task('a'), task('a', 'check', '*/15 * * * *')], { maxConcurrent: 1 })
    await world.pass(15 * minuteMs)
    expect(begun).toEqual(['a backup 00:10', 'a check 00:15'])
  })

  it('makes one run of all the times that pass while a job runs', async () => {
    const { world, begun, missed, finish } = setUp([task('a')])
    await world.pass(40 * minuteMs)
    expect(begun).toEqual(['a backup 00:10'])
    expect(missed).toEqual(['a backup 1', 'a backup 1'])
    await finish('a backup')
    expect(begun).toEqual(['a backup 00:10', 'a backup 00:45'])
    await finish('a backup')
    expect(begun).toHaveLength(2)
  })

  it('says when it runs next, and goes on after a mistake', async () => {
    const { world, begun, crashes, running, finish } = setUp([task('a')])
    await world.pass(5 * minuteMs)
    expect(running.get('a backup')?.start).toMatchObject({
      dueAt: new Date('2026-01-01T00:10:00Z'),
      nextRunAt: new Date('2026-01-01T00:20:00Z'),
    })
    await finish('a backup', new Error('a mistake'))
    expect(crashes).toEqual([new Error('a mistake')])
    await world.pass(10 * minuteMs)
    expect(begun).toHaveLength(2)
  })

  it('makes up what the storage remembers as not done, unless it has been due since', async () => {
    const { world, engine, begun } = setUp([task('a', 'backup', '0 * * * *'), task('b')])
    await world.pass(5 * minuteMs)
    engine.remember(task('a'), new Date('2025-12-31T20:00:00Z'))
    engine.remember(task('b'), new Date('2025-12-31T20:00:00Z'))
    await world.pass(1000)
    expect(begun).toEqual(['b backup 00:10', 'a backup 00:10'])
  })

  it('starts nothing more once it drains, and cancels with a reason', async () => {
    const { world, engine, begun, running, finish } = setUp([task('a'), task('b'), task('c')])
    await world.pass(5 * minuteMs)
    let isDrained = false
    const drained = engine.drain().then(() => (isDrained = true))
    await world.pass(60 * minuteMs)
    expect(begun).toHaveLength(2)
    const reason = new HoldfastError('RUN_TERMINATED', 'enough')
    engine.cancel(reason)
    expect([...running.values()].map(({ start }) => start.signal.reason as unknown)).toEqual([reason, reason])
    await finish('a backup')
    expect(isDrained).toBe(false)
    await finish('b backup')
    await drained
    expect(begun).toHaveLength(2)
  })

  it('takes other tasks: what stays the same stays where it was, what is new has missed nothing', async () => {
    const { world, engine, begun, finish } = setUp([task('a'), task('b')])
    await world.pass(6 * minuteMs)
    await finish('a backup')
    await finish('b backup')
    engine.replace([task('a'), task('b', 'backup', '13 * * * *'), task('c', 'backup', '5 * * * *')])
    await world.pass(10 * minuteMs)
    expect(begun.slice(2)).toEqual(['b backup 00:13', 'a backup 00:20'])
  })
})
