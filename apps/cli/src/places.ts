import type { KeyObject } from 'node:crypto'
import {
  createJob,
  findBackup,
  findJob,
  listBackups,
  listHeads,
  loadJob,
  type Backup,
  type Config,
  type Job,
  type ManifestHead,
} from '@holdfast/core'
import { postgresSource } from '@holdfast/postgres'
import { placeConfig, readFoundConfig } from './configured.ts'
import type { Context } from './context.ts'
import { host } from './host.ts'
import { readVerifyKeys } from './keys.ts'
import { shellQuote } from './shell-quote.ts'

/** Where the backups of one job are, or of any job where nothing says which. */
export interface Place {
  /** Undefined: those of every job that there is. */
  jobName: string | undefined
  job: Job
  /** True where a configuration says so. */
  configured: boolean
  /** The configuration that says so. */
  config?: Config
}

export interface PlaceOptions {
  verifyKey?: string[] | undefined
  from?: string | undefined
  config?: string | undefined
}

/** The flags that find the same places again, for commands that people are told. */
export function placeFlags({ from, config }: PlaceOptions): string {
  if (from !== undefined) return `--from ${shellQuote(from)}`
  return config === undefined ? '' : `--config ${shellQuote(config)}`
}

/**
 * A configured job, ready to use.
 *
 * @param alsoTrusted public keys whose signatures count besides those of the configuration
 */
export async function openJob(
  config: Config,
  name: string,
  { environment }: Context,
  alsoTrusted: readonly KeyObject[] = [],
): Promise<Job> {
  const jobConfig = findJob(config, name)
  const plugins = await loadJob(config, name, host)
  const source = postgresSource(jobConfig.database?.reveal(), { environment })
  return createJob(jobConfig, plugins, source, config.secrets, alsoTrusted)
}

/** The places that a command reads: that of --from, else those of the configuration, else ./backups. */
export async function openPlaces(
  jobName: string | undefined,
  options: PlaceOptions,
  context: Context,
): Promise<Place[]> {
  const trusted = await readVerifyKeys(options.verifyKey, context)
  const config = options.from === undefined ? await readFoundConfig(options.config, context) : undefined
  if (config === undefined) {
    const implicit = placeConfig(options.from, context)
    const [only] = implicit.jobs
    return only === undefined
      ? []
      : [{ jobName, job: await openJob(implicit, only.name, context, trusted), configured: false }]
  }
  const names = jobName === undefined ? config.jobs.map(({ name }) => name) : [findJob(config, jobName).name]
  return Promise.all(
    names.map(async (name) => ({
      jobName: name,
      job: await openJob(config, name, context, trusted),
      configured: true,
      config,
    })),
  )
}

/** A backup and the place that it was found in. */
export interface Found {
  backup: Backup
  place: Place
  /** Every backup of the same job there. */
  siblings: Backup[]
}

/** Every backup in the places, newest first, as much of it as a list has: for a look that nothing follows from. */
export async function lookAtAll(
  places: readonly Place[],
  signal: AbortSignal,
): Promise<Backup<ManifestHead>[]> {
  const found = await Promise.all(
    places.map(({ job, jobName }) => listHeads(job.storages, jobName, signal, { packed: true })),
  )
  return found.flat().toSorted((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
}

/** Every backup in the places, newest first. */
async function findAll(places: readonly Place[], signal: AbortSignal): Promise<Found[]> {
  const found = await Promise.all(
    places.map(async (place) => {
      const backups = await listBackups(place.job.storages, place.jobName, signal)
      const byJob = Map.groupBy(backups, (backup) => backup.job)
      return backups.map((backup) => ({ backup, place, siblings: byJob.get(backup.job) ?? [] }))
    }),
  )
  return found.flat().toSorted((a, b) => b.backup.startedAt.getTime() - a.backup.startedAt.getTime())
}

/** The one backup that is meant by an id, a name, `latest` or `job@latest`. */
export async function findOne(wanted: string, options: PlaceOptions, context: Context): Promise<Found> {
  const all = await findAll(await openPlaces(undefined, options, context), context.signal)
  const backup = findBackup(
    all.map((one) => one.backup),
    wanted,
  )
  const found = all.find((one) => one.backup === backup)
  if (found === undefined) throw new TypeError(`the backup ${wanted} was found nowhere`)
  return found
}
