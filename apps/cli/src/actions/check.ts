import { checkJob, findJob, type Job, type JobCheck } from '@holdfast/core'
import { exitCodeOf, isHoldfastError, type ReportedError } from '@holdfast/plugin'
import { requireConfig } from '../configured.ts'
import type { Context } from '../context.ts'
import { worstExitCode } from '../exit-codes.ts'
import { openMetricsFile } from '../metrics-file.ts'
import { openJob, placeFlags } from '../places.ts'
import { nextRunOf } from '../next-run.ts'
import { renderCheck } from '../render/check.ts'

/** What is known of a job; `unknown` where no storage of it could be read. */
export type CheckedJob = JobCheck | { job: string; status: 'unknown'; error: ReportedError }

export async function check(
  jobNames: string[],
  options: { config?: string | undefined; metricsFile?: string | undefined },
  context: Context,
): Promise<number> {
  const { json, quiet, stdout, screen } = context
  const config = await requireConfig(options.config, context)
  const names = jobNames.length > 0 ? [...new Set(jobNames)] : config.jobs.map(({ name }) => name)
  const jobs = await Promise.all(names.map((name) => openJob(config, findJob(config, name).name, context)))
  const metricsFile = await openMetricsFile(options, context)
  const checked: CheckedJob[] = []
  for (const job of jobs) {
    screen.show({ title: 'check', detail: job.name })
    const flags = placeFlags(options)
    const one = await checkOne(job, { flags, ...nextRunOf(job.name, config, context.now()) }, context)
    screen.rest()
    checked.push(one)
    await metricsFile?.record(job, config, (metrics) => {
      if (one.status === 'unknown') return
      metrics.checked({ job: job.name, status: one.status, at: context.now() })
      metrics.notified({ job: job.name, notifications: one.notifications })
    })
    if (!json && !(quiet && one.error === undefined))
      stdout.write(`${renderCheck(one, context.now(), stdout.look)}\n`)
  }
  const codes = checked.map(exitCodeFor)
  if (json) {
    const status = codes.every((code) => code === 0) ? 'succeeded' : 'failed'
    stdout.write(`${JSON.stringify({ schemaVersion: 1, command: 'check', status, jobs: checked })}\n`)
  } else if (!quiet && checked.every(({ status }) => status === 'unexpected')) {
    screen.say('No job says with expectEvery how old its newest backup may get.')
  }
  return worstExitCode(codes)
}

async function checkOne(
  job: Job,
  known: { flags: string; nextRunAt?: Date },
  { now, signal }: Context,
): Promise<CheckedJob> {
  try {
    const one = await checkJob(job, { now: now(), signal, ...known })
    return job.redactor.value(one)
  } catch (error) {
    if (signal.aborted || !isHoldfastError(error)) throw error
    return { job: job.name, status: 'unknown', error: job.redactor.error(error) }
  }
}

function exitCodeFor(one: CheckedJob): number {
  return one.error === undefined ? 0 : exitCodeOf(one.error.code)
}
