import type { JobSchedule } from '@holdfast/schedule'

/** A command of this program, and when another scheduler is to run it. */
export interface ScheduledCommand extends JobSchedule {
  job: string
  arguments: readonly string[]
}

/** What to paste, and what it does not say. */
export interface Rendered {
  text: string
  warnings: string[]
}

/** What others call it: `shop backup`. */
export function titleOf({ job, kind }: Pick<ScheduledCommand, 'job' | 'kind'>): string {
  return `${job} ${kind}`
}
