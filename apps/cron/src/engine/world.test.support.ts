import type { Clock } from './clock.ts'

/** Time that passes only when it is told to, and a clock on the wall that can be set. */
export interface World {
  /** The clock as a process sees it. What a process that is over had set does not ring any more. */
  clockFor(isAlive: () => boolean): Clock
  wall(): Date
  setWall(moment: Date): void
  /** Lets everything happen that happens within so many milliseconds. */
  pass(durationMs: number): Promise<void>
}

interface Timer {
  at: number
  order: number
  call: () => void
}

export function createWorld(start: Date): World {
  let passed = 0
  let offset = start.getTime()
  let order = 0
  const timers = new Set<Timer>()

  const first = (): Timer | undefined => {
    let found: Timer | undefined
    for (const timer of timers) {
      if (found === undefined || timer.at < found.at || (timer.at === found.at && timer.order < found.order))
        found = timer
    }
    return found
  }

  const wall = (): Date => new Date(offset + passed)

  return {
    wall,
    setWall: (moment) => {
      offset = moment.getTime() - passed
    },
    clockFor: (isAlive) => ({
      now: wall,
      after: (delayMs, call) => {
        const timer = { at: passed + delayMs, order: order++, call: () => isAlive() && call() }
        timers.add(timer)
        return () => timers.delete(timer)
      },
    }),
    pass: async (durationMs) => {
      const until = passed + durationMs
      for (let next = first(); next !== undefined && next.at <= until; next = first()) {
        timers.delete(next)
        passed = Math.max(passed, next.at)
        next.call()
        await settled()
      }
      passed = until
    },
  }
}

/** Once every promise that can go on has. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Numbers between 0 and 1 that are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
