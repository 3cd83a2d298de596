import {
  planPrune,
  pruneJob,
  type Job,
  type JobPruning,
  type JobStorage,
  type PrunePlan,
  type RetentionPolicy,
} from '@holdfast/core'
import { exitCodeOf, type ReportedNotification, type ReportedRetention } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { openMetricsFile } from '../metrics-file.ts'
import { nextRunOf } from '../next-run.ts'
import { lookAtAll, openPlaces, placeFlags, type Place, type PlaceOptions } from '../places.ts'
import { renderPlan, renderPruned } from '../render/prune.ts'
import { renderDeliveries } from '../render/told.ts'
import { usageError } from '../usage.ts'

export interface PruneOptions extends PlaceOptions, RetentionPolicyOptions {
  plan?: true | undefined
  metricsFile?: string | undefined
}

type RetentionPolicyOptions = { [Rule in keyof RetentionPolicy]?: number | undefined }

/** A job whose backups may go; its storages have the policy of the command line, where that says one. */
interface Pruned {
  job: Job
  place: Place
}

export async function prune(
  jobName: string | undefined,
  options: PruneOptions,
  context: Context,
): Promise<number> {
  const { stdout, screen, json } = context
  const places = await openPlaces(jobName, options, context)
  const jobs = await jobsOf(places, policyOf(options, places), context.signal)
  if (options.plan === true) return showPlans(jobs, context)

  const metricsFile = await openMetricsFile(options, context)
  const retention: (ReportedRetention & { job: string })[] = []
  const notifications: ReportedNotification[] = []
  for (const { job, place } of jobs) {
    const known = { flags: placeFlags(options), ...nextRunOf(job.name, place.config, context.now()) }
    const pruning = await pruneOne(job, known, context)
    retention.push(...pruning.retention.map((one) => ({ job: job.name, ...one })))
    notifications.push(...pruning.notifications)
    await metricsFile?.record(job, place.config, (metrics) => {
      metrics.pruned({ job: job.name, retention: pruning.retention })
      metrics.notified({ job: job.name, notifications: pruning.notifications })
    })
  }
  const complete = retention.every(({ errors }) => errors.length === 0)
  if (json) {
    const status = complete ? 'succeeded' : 'partial'
    stdout.write(
      `${JSON.stringify({ schemaVersion: 1, command: 'prune', status, retention, notifications })}\n`,
    )
  } else if (jobs.length === 0 && !context.quiet) {
    screen.say('There is no backup here yet.')
  }
  if (complete) return 0
  const [unread] = retention.every(isUnread) ? retention.flatMap(({ errors }) => errors) : []
  return exitCodeOf(unread?.code ?? 'PRUNE_INCOMPLETE')
}

/** Nothing is known of a storage that did not answer; in one that did, what could not be deleted is kept. */
function isUnread({ deleted, kept, orphans, errors }: ReportedRetention): boolean {
  return errors.length > 0 && deleted.length + kept + orphans === 0
}

/** As `holdfast-cron` does it, and says so on the screen. */
async function pruneOne(
  job: Job,
  known: { flags: string; nextRunAt?: Date },
  { now, signal, screen, json, quiet }: Context,
): Promise<JobPruning> {
  const pruning = await pruneJob(job, {
    now,
    signal,
    ...known,
    onStorage: (storage) => screen.show({ title: 'prune', detail: `${job.name} in ${storage}` }),
    onPruned: (pruned) => {
      screen.rest()
      if (!json && (!quiet || pruned.errors.length > 0)) {
        screen.say(renderPruned(job.name, pruned, screen.look()))
      }
    },
  })
  const { notifications } = pruning
  if (notifications.length > 0 && !json && !quiet) screen.say(renderDeliveries(notifications, screen.look()))
  return pruning
}

async function showPlans(jobs: readonly Pruned[], { stdout, json, now, signal }: Context): Promise<number> {
  const plans: { job: string; prune: PrunePlan }[] = []
  for (const { job } of jobs) {
    for (const storage of job.storages) {
      plans.push({ job: job.name, prune: await planPrune(storage, job.name, { now: now(), signal }) })
    }
  }
  if (json) stdout.write(`${JSON.stringify(plans.flatMap(planned), undefined, 2)}\n`)
  else
    stdout.write(`${plans.map(({ job, prune: plan }) => renderPlan(job, plan, stdout.look)).join('\n\n')}\n`)
  return 0
}

const rules = ['days', 'last', 'daily', 'weekly', 'monthly', 'yearly', 'minKeep'] as const

/** The policy of the command line, for places without a configuration. */
function policyOf(options: PruneOptions, places: readonly Place[]): RetentionPolicy | undefined {
  const given = rules.flatMap((rule) => (options[rule] === undefined ? [] : [[rule, options[rule]] as const]))
  if (given.length === 0) return undefined
  if (places.some(({ configured }) => configured)) {
    throw usageError(
      'what to keep is said by the configuration',
      'Leave the rules out, or name a place with --from.',
    )
  }
  if (given.every(([rule]) => rule === 'minKeep')) {
    throw usageError(
      '--min-keep alone does not say what may go',
      'Add a rule such as --days 90 or --last 10.',
    )
  }
  return Object.fromEntries(given)
}

async function jobsOf(
  places: readonly Place[],
  policy: RetentionPolicy | undefined,
  signal: AbortSignal,
): Promise<Pruned[]> {
  const jobs: Pruned[] = []
  for (const place of places) {
    const [primary, ...others] = place.job.storages.map((storage): JobStorage =>
      policy === undefined ? storage : { ...storage, retention: policy },
    )
    const names = place.jobName === undefined ? await jobsIn(place, signal) : [place.jobName]
    for (const name of names) {
      jobs.push({ job: { ...place.job, name, ...(primary && { storages: [primary, ...others] }) }, place })
    }
  }
  return jobs
}

async function jobsIn(place: Place, signal: AbortSignal): Promise<string[]> {
  return [...new Set((await lookAtAll([place], signal)).map(({ job }) => job))].toSorted()
}

function planned({ prune: { storage, plan } }: { prune: PrunePlan }): object[] {
  return plan.actions.map(({ backup, action, reason }) => ({
    storage: storage.name,
    backup: backup.name,
    action,
    reason,
  }))
}
