import type { Schedule, TaskKind } from '@holdfast/schedule'

/** Something that a job does by a schedule. */
export interface Task {
  job: string
  kind: TaskKind
  schedule: Schedule
}

export function keyOf({ job, kind }: Pick<Task, 'job' | 'kind'>): string {
  return `${job} ${kind}`
}
