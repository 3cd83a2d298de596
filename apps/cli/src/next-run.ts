import type { Config } from '@holdfast/core'
import { jobSchedules } from '@holdfast/schedule'

/** Whoever is told of a job is told as well when its schedule backs it up next. */
export function nextRunOf(name: string, config: Config | undefined, now: Date): { nextRunAt?: Date } {
  const written = config?.jobs.find((one) => one.name === name)?.schedule
  const schedules = written === undefined ? [] : jobSchedules(name, written)
  const nextRunAt = schedules.find(({ kind }) => kind === 'backup')?.schedule.after(now)
  return nextRunAt === undefined ? {} : { nextRunAt }
}
