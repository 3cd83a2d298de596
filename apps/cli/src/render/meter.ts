/** How far a piece of work is, as it was last heard. */
export interface Sample {
  /** Between 0 and 1 where it can be told. */
  fraction?: number | undefined
  bytes?: number | undefined
}

export interface Pace {
  /** Bytes a second over the last seconds; absent until it can be told. */
  bytesPerSecond?: number
  /** An estimate of the time that is left. */
  remainingMs?: number
}

/** Works out the pace from the last samples, so that a slow start does not spoil it. Times are of any steady clock. */
export interface Meter {
  add(sample: Sample, atMs: number): void
  pace(atMs: number): Pace
}

/** Samples older than this say nothing about the pace any more. */
const windowMs = 15_000

/** Before this nobody knows anything. */
const warmUpMs = 1000

export function createMeter(): Meter {
  let samples: (Sample & { atMs: number })[] = []
  return {
    add: (sample, atMs) => {
      const recent = samples.filter((one) => atMs - one.atMs <= windowMs)
      samples = [...(recent.length === 0 ? samples.slice(-1) : recent), { ...sample, atMs }]
    },
    pace: (atMs) => {
      const first = samples[0]
      const last = samples.at(-1)
      if (first === undefined || last === undefined || atMs - first.atMs < warmUpMs) return {}
      const elapsedMs = atMs - first.atMs
      const bytes = (last.bytes ?? 0) - (first.bytes ?? 0)
      const done = (last.fraction ?? 0) - (first.fraction ?? 0)
      return {
        ...(bytes > 0 && { bytesPerSecond: (bytes * 1000) / elapsedMs }),
        ...(done > 0 &&
          last.fraction !== undefined && { remainingMs: ((1 - last.fraction) * elapsedMs) / done }),
      }
    },
  }
}
