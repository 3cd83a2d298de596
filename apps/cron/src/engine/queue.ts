import { keyOf, type Task } from './task.ts'

/** A task whose time has come. */
interface Waiting<Some extends Task = Task> {
  task: Some
  dueAt: Date
}

/**
 * What waits to run, first come, first served. A job never does two things at once, and no more than so many jobs do
 * something at the same time. Whoever is held up by its own job does not hold up the others. Checks are apart: they are
 * quick, and one has to say that a backup is missed also while that backup hangs.
 */
export interface Queue<Some extends Task> {
  /** False where the same task waits already: then one run is for both. */
  add(waiting: Waiting<Some>): boolean
  /** Takes out what can start now; `ended` gives the place back. */
  next(): Waiting<Some> | undefined
  ended(task: Task): void
  /** Drops what waits, unless it should stay. */
  keep(stays: (waiting: Waiting<Some>) => Waiting<Some> | undefined): void
  waiting(): readonly Waiting<Some>[]
}

export function createQueue<Some extends Task>(limit: () => number): Queue<Some> {
  let waiting: Waiting<Some>[] = []
  const busy = new Map<string, string>()

  const canStart = ({ task }: Waiting<Some>): boolean =>
    !busy.has(placeOf(task)) && [...busy.values()].filter((lane) => lane === laneOf(task)).length < limit()

  return {
    add: (one) => {
      if (waiting.some(({ task }) => keyOf(task) === keyOf(one.task))) return false
      waiting.push(one)
      return true
    },
    next: () => {
      const index = waiting.findIndex(canStart)
      const [one] = index === -1 ? [] : waiting.splice(index, 1)
      if (one !== undefined) busy.set(placeOf(one.task), laneOf(one.task))
      return one
    },
    ended: (task) => void busy.delete(placeOf(task)),
    keep: (stays) => {
      waiting = waiting.map(stays).filter((one) => one !== undefined)
    },
    waiting: () => waiting,
  }
}

function laneOf({ kind }: Task): string {
  return kind === 'check' ? 'check' : 'work'
}

function placeOf(task: Task): string {
  return `${task.job} ${laneOf(task)}`
}
