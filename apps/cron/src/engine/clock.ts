/** Time, as the engine is told of it. */
export interface Clock {
  now(): Date
  /** Calls once so many milliseconds have passed, whatever the clock shows then. The result calls it off. */
  after(delayMs: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => new Date(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs)
    return () => clearTimeout(timer)
  },
}
