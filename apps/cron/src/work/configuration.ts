import { createJob, loadJob, readConfig, type Config, type Job, type JobConfig } from '@holdfast/core'
import { HoldfastError } from '@holdfast/plugin'
import { postgresSource } from '@holdfast/postgres'
import { jobSchedules, scheduleFindings } from '@holdfast/schedule'
import type { Task } from '../engine/task.ts'
import { host } from './host.ts'

/** A task with all that it takes to do it. */
export interface JobTask extends Task {
  work: Job
}

/** A configuration, ready to run. */
export interface Configuration {
  config: Config
  /** Those with a schedule, in the order of the file. */
  jobs: readonly { job: Job; tasks: readonly JobTask[] }[]
}

/** Reads a configuration and makes everything in it. Rejects with everything that is wrong; starts nothing. */
export async function readConfiguration(
  file: string,
  environment: NodeJS.ProcessEnv,
): Promise<Configuration> {
  const config = await readConfig(file, {
    environment,
    host,
    rules: [scheduleFindings],
  })
  const scheduled = config.jobs.filter(({ schedule }) => schedule !== undefined)
  if (scheduled.length === 0) {
    throw new HoldfastError('CONFIG_INVALID', `${file}  no job has a schedule`, {
      hint: "Give one a schedule, such as schedule: '0 3 * * 0'. docs/configuration.md describes it.",
    })
  }
  const jobs = await Promise.all(
    scheduled.map(async (jobConfig) => {
      const plugins = await loadJob(config, jobConfig.name, host)
      const source = postgresSource(jobConfig.database?.reveal(), { environment })
      const job = createJob(jobConfig, plugins, source, config.secrets)
      return { job, tasks: tasksOf(jobConfig, job) }
    }),
  )
  return { config, jobs }
}

function tasksOf({ name, schedule }: JobConfig, work: Job): JobTask[] {
  if (schedule === undefined) return []
  return jobSchedules(name, schedule).map((one) => ({ job: name, ...one, work }))
}
