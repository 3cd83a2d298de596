import { createRedactor, findJob, type Config, type Job } from '@holdfast/core'
import { isHoldfastError } from '@holdfast/plugin'
import { findClients, parseAddress } from '@holdfast/postgres'
import { databaseConfig, readFoundConfig } from '../configured.ts'
import type { Context } from '../context.ts'
import { conclude } from '../doctor/conclude.ts'
import { checkDatabase } from '../doctor/database.ts'
import { checkKeys } from '../doctor/keys.ts'
import { failed, passed, skipped, type DoctorCheck } from '../doctor/check.ts'
import { checkNotifier } from '../doctor/notifier.ts'
import { checkStorage } from '../doctor/storage.ts'
import { openJob } from '../places.ts'
import { renderChecks, renderDiagnosis } from '../render/doctor.ts'
import { warnOfPassword } from '../usage.ts'

export interface DoctorOptions {
  database?: string | undefined
  to?: string | undefined
  config?: string | undefined
}

export async function doctor(
  jobName: string | undefined,
  options: DoctorOptions,
  context: Context,
): Promise<number> {
  const { json, stdout, screen } = context
  warnOfPassword(options.database, 'DATABASE_URL or ~/.pgpass', context)
  const checks: DoctorCheck[] = []
  const tell = (found: DoctorCheck[]): void => {
    screen.rest()
    checks.push(...found)
    if (!json) stdout.write(`${renderChecks(found, stdout.look)}\n`)
  }

  const opened = await openConfiguration(jobName, options, context)
  tell(opened.checks)
  for (const name of opened.jobNames) {
    if (!json) stdout.write(`\n${stdout.look.paint('strong', name)}\n`)
    for await (const found of checkJob(opened.config, name, context))
      tell(found.map((one) => ({ job: name, ...one })))
  }

  return conclude(checks, renderDiagnosis, context)
}

type Opened =
  | { checks: DoctorCheck[]; jobNames: string[]; config: Config }
  | { checks: DoctorCheck[]; jobNames: []; config: undefined }

async function openConfiguration(
  jobName: string | undefined,
  options: DoctorOptions,
  context: Context,
): Promise<Opened> {
  try {
    const onCommandLine = options.database !== undefined || options.to !== undefined
    const found = onCommandLine ? undefined : await readFoundConfig(options.config, context)
    const config = found ?? databaseConfig(options, context)
    const jobNames =
      jobName === undefined ? config.jobs.map(({ name }) => name) : [findJob(config, jobName).name]
    const check =
      found === undefined
        ? skipped('configuration', 'none; the database and ./backups or --to are used')
        : passed('configuration', `${config.origin.file}, ${config.jobs.map(({ name }) => name).join(', ')}`)
    return { checks: [check, ...(await checkClients(context))], jobNames, config }
  } catch (error) {
    if (!isHoldfastError(error)) throw error
    return { checks: [failed('configuration', error, createRedactor())], jobNames: [], config: undefined }
  }
}

async function checkClients({ environment }: Context): Promise<DoctorCheck[]> {
  const clients = await findClients(environment)
  const found = clients.map(({ version, directory }) => `${version} in ${directory}`).join(', ')
  return clients.length === 0 ? [] : [passed('clients', found)]
}

async function* checkJob(
  config: Config | undefined,
  name: string,
  context: Context,
): AsyncGenerator<DoctorCheck[]> {
  const { screen, signal, now } = context
  if (config === undefined) return
  let job: Job
  try {
    job = await openJob(config, name, context)
  } catch (error) {
    if (!isHoldfastError(error)) throw error
    const what = error.code.startsWith('DATABASE_') ? 'connection' : 'plugins'
    yield [failed(what, error, createRedactor())]
    return
  }
  const plugins = [...job.storages, ...job.verifiers, ...job.notifiers]
  yield [passed('plugins', [...new Set(plugins.map(({ plugin }) => plugin))].join(', '))]
  const keys = await checkKeys(job)
  if (keys.length > 0) yield keys
  screen.show({ title: 'database' })
  const address = parseAddress(findJob(config, name).database?.reveal(), context.environment)
  const { checks, facts } = await checkDatabase(job, address, context)
  yield checks
  for (const storage of job.storages) {
    screen.show({ title: 'storage', detail: storage.name })
    yield await checkStorage(job, storage, facts, now(), signal)
  }
  if (job.notifiers.length === 0) yield [skipped('notifiers', 'none is configured')]
  for (const notifier of job.notifiers) {
    screen.show({ title: 'notifier', detail: notifier.name })
    yield [await checkNotifier(job, notifier, signal)]
  }
}
