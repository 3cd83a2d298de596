import type { JobState, LabelValues } from './state.ts'

/** Not `job`: that is what Prometheus itself calls what it scrapes. */
export const jobLabel = 'backup_job'

/** One value of a metric for one job. */
export interface Sample {
  labels: LabelValues
  value: number
}

/** A metric: its name and help, and how its samples are made of what is known of a job. */
export interface Family {
  name: string
  help: string
  type: 'gauge' | 'counter'
  /** Besides `backup_job`, which all of them have. */
  labels: readonly string[]
  /** @param now absent where ages would be out of date as soon as they are written */
  samples: (job: JobState, now: Date | undefined) => Iterable<Sample>
}

export const seconds = (moment: Date): number => moment.getTime() / 1000

/** One sample without labels of its own, or none. */
export function single(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }]
}
