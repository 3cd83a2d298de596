import { findJob, implicitConfig, storageFromUrl, type Job, type JobStorage } from '@holdfast/core'
import { HoldfastError } from '@holdfast/plugin'
import { defaultPlace, readFoundConfig } from '../configured.ts'
import type { Context } from '../context.ts'
import { skipped, type DoctorCheck } from '../doctor/check.ts'
import { conclude } from '../doctor/conclude.ts'
import { checkPromises, widestName } from '../doctor/promises.ts'
import { openJob } from '../places.ts'
import { renderChecks, renderPromises } from '../render/doctor.ts'
import { cleanLine } from '../render/text.ts'
import { formatCount } from '../render/units.ts'

export interface DoctorStorageOptions {
  /** The configured name of the storage. */
  storage: string
  to?: string | undefined
  config?: string | undefined
}

interface Checked {
  job: Job
  storage: JobStorage
  /** Where in the storage the scratch prefix is made. */
  prefix: string
}

/** Holds one storage of a job, or of every job that has it, to everything that a storage promises. */
export async function doctorStorage(
  jobName: string | undefined,
  options: DoctorStorageOptions,
  context: Context,
): Promise<number> {
  const { json, stdout } = context
  const checks: DoctorCheck[] = []
  for (const checked of await findStorages(jobName, options, context)) {
    const { job, storage } = checked
    if (!json) {
      const place = cleanLine(job.redactor.text(storage.instance.location(checked.prefix)))
      stdout.write(`${stdout.look.paint('strong', `${storage.name}: ${place}`)}\n`)
    }
    checks.push(...(await checkOne(checked, context)))
  }
  return conclude(checks, renderPromises, context)
}

async function checkOne({ job, storage, prefix }: Checked, context: Context): Promise<DoctorCheck[]> {
  const { json, screen, signal, stdout } = context
  const checks: DoctorCheck[] = []
  const unreached: DoctorCheck[] = []
  const tell = (found: DoctorCheck[]): void => {
    screen.rest()
    if (!json && found.length > 0) stdout.write(`${renderChecks(found, stdout.look, widestName)}\n`)
  }
  const onProgress = (fraction: number): void => screen.show({ title: 'storage', fraction })
  for await (const check of checkPromises(job, storage, prefix, signal, onProgress)) {
    checks.push({ job: job.name, ...check })
    if (check.status === 'skipped' && check.detail === 'not reached') unreached.push(check)
    else tell([check])
  }
  if (unreached.length > 0) tell([skipped('not reached', formatCount(unreached.length, 'other check'))])
  return checks
}

async function findStorages(
  jobName: string | undefined,
  { storage: name, to, config: path }: DoctorStorageOptions,
  context: Context,
): Promise<Checked[]> {
  const found = to === undefined ? await readFoundConfig(path, context) : undefined
  const { directory, environment } = context
  const place = { name: 'any', storage: storageFromUrl(to ?? defaultPlace, directory) }
  const config = found ?? implicitConfig(place, { baseDirectory: directory, environment })
  const wanted = found !== undefined && jobName !== undefined ? [findJob(found, jobName)] : config.jobs
  const jobs = await Promise.all(wanted.map((job) => openJob(config, job.name, context)))
  const checked = jobs.flatMap((job) =>
    job.storages
      .filter((storage) => storage.name === name)
      .map((storage) => ({ job, storage, prefix: found === undefined ? '' : `${job.name}/` })),
  )
  if (checked.length > 0) return checked
  const names = new Set(jobs.flatMap(({ storages }) => storages.map((storage) => storage.name)))
  throw new HoldfastError('USAGE_INVALID', `there is no storage ${name}`, {
    hint: `There is ${[...names].join(', ')}.`,
  })
}
