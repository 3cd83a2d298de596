import type { Schedule } from './schedule.ts'

/** Something that is to run now. */
export interface Due {
  key: string
  /** When it should have started; the first of these times where there are several. */
  dueAt: Date
  /** How many more of its times have passed; one run is for all of them. 100 stands for all that is more. */
  missed: number
}

/** What is due when, and what is done. Time is told by whoever asks; it may jump. */
export interface Timetable {
  /** Adds what runs by a schedule, or gives it another one; its times up to `doneUntil` are done with. */
  put(key: string, schedule: Schedule, doneUntil: Date): void
  remove(key: string): void
  /** Everything that has come due, the longest due first. Each time of each schedule is given once, and never again. */
  take(now: Date): Due[]
  /** When the next comes due: of one, or of all. */
  nextAt(key?: string): Date | undefined
}

/**
 * What was done so much later than now, in milliseconds, was done under a clock that was wrong; otherwise one day with a
 * clock set to another year would stop everything until that year.
 */
const believableMs = 2 * 86_400_000

const mostMissed = 100

interface Entry {
  key: string
  schedule: Schedule
  doneUntil: Date
  /** Worked out when somebody first asks. */
  next?: { at: Date | undefined }
}

function nextOf(entry: Entry): Date | undefined {
  entry.next ??= { at: entry.schedule.after(entry.doneUntil) }
  return entry.next.at
}

export function createTimetable(): Timetable {
  const entries = new Map<string, Entry>()

  const finish = (entry: Entry, until: Date): void => {
    entry.doneUntil = until
    delete entry.next
  }

  return {
    put: (key, schedule, doneUntil) => void entries.set(key, { key, schedule, doneUntil }),
    remove: (key) => void entries.delete(key),
    take: (now) => {
      const due: Due[] = []
      for (const entry of entries.values()) {
        if (entry.doneUntil.getTime() - now.getTime() > believableMs) finish(entry, now)
        const { key, schedule } = entry
        const next = nextOf(entry)
        if (next === undefined || next > now) continue
        due.push({ key, dueAt: next, missed: countBetween(schedule, next, now) })
        finish(entry, now)
      }
      return due.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
    },
    nextAt: (key) => {
      if (key !== undefined) {
        const entry = entries.get(key)
        return entry && nextOf(entry)
      }
      let first: Date | undefined
      for (const entry of entries.values()) {
        const next = nextOf(entry)
        if (next !== undefined && (first === undefined || next < first)) first = next
      }
      return first
    },
  }
}

function countBetween(schedule: Schedule, after: Date, until: Date): number {
  let count = 0
  let at = schedule.after(after)
  while (at !== undefined && at <= until && count < mostMissed) {
    count += 1
    at = schedule.after(at)
  }
  return count
}
