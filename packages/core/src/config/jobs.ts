import { HoldfastError } from '@holdfast/plugin'
import { suggest } from './suggest.ts'
import type { Config, JobConfig } from './types.ts'

/** The job of this name, or JOB_NOT_FOUND with the names that there are. */
export function findJob({ jobs, origin }: Config, name: string): JobConfig {
  const job = jobs.find((candidate) => candidate.name === name)
  if (job !== undefined) return job
  const names = jobs.map((candidate) => candidate.name)
  const meant = suggest(name, names)
  throw new HoldfastError('JOB_NOT_FOUND', `${origin.file} has no job ${name}`, {
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}It has ${names.join(', ')}.`,
  })
}
