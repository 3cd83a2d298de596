import { createSchedule, type Schedule } from './schedule.ts'

/** What can have a schedule, in the order in which it starts where all of it is due at once. */
export const taskKinds = ['backup', 'verify', 'prune', 'check'] as const

export type TaskKind = (typeof taskKinds)[number]

/** When a job does one of these. */
export interface JobSchedule {
  kind: TaskKind
  schedule: Schedule
}

interface Written extends Partial<Record<TaskKind, string>> {
  timeZone: string
  splayMs: number
  blackouts: readonly { at: string; forMs: number }[]
}

/**
 * The schedules of a job, from its configuration. Each starts at a moment of its own within `splayMs`; a check, which
 * only looks, has no blackouts. Throws a RangeError that says what is wrong with an expression or the time zone.
 */
export function jobSchedules(job: string, written: Written): JobSchedule[] {
  const { timeZone, splayMs, blackouts } = written
  return taskKinds.flatMap((kind) => {
    const expression = written[kind]
    if (expression === undefined) return []
    const windows = kind === 'check' ? [] : blackouts
    const options = { expression, timeZone, splayMs, blackouts: windows, name: `${job} ${kind}` }
    return [{ kind, schedule: createSchedule(options) }]
  })
}
