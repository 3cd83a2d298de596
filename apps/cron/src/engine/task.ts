import type { Schedule } from '@holdfast/schedule'

/** What can have a schedule, in the order in which it starts where all of it is due at once. */
export const taskKinds = ['backup', 'verify', 'prune', 'check'] as const

export type TaskKind = (typeof taskKinds)[number]

/** Something that a job does by a schedule. */
export interface Task {
  job: string
  kind: TaskKind
  schedule: Schedule
}

export function keyOf({ job, kind }: Pick<Task, 'job' | 'kind'>): string {
  return `${job} ${kind}`
}
