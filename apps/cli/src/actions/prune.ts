import {
  applyPrune,
  isOver,
  orphanAgeMs,
  planPrune,
  tell,
  type JobStorage,
  type PrunePlan,
  type RetentionPolicy,
} from '@holdfast/core'
import { exitCodeOf, type ReportedNotification, type ReportedRetention } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { openMetricsFile } from '../metrics-file.ts'
import { lookAtAll, openPlaces, placeFlags, type Place, type PlaceOptions } from '../places.ts'
import { renderPlan, renderPruned } from '../render/prune.ts'
import { renderDeliveries } from '../render/told.ts'
import { usageError } from '../usage.ts'

export interface PruneOptions extends PlaceOptions, RetentionPolicyOptions {
  plan?: true | undefined
  metricsFile?: string | undefined
}

type RetentionPolicyOptions = { [Rule in keyof RetentionPolicy]?: number | undefined }

/** A plan for one job in one storage. */
interface Planned {
  job: string
  place: Place
  prune: PrunePlan
}

export async function prune(
  jobName: string | undefined,
  options: PruneOptions,
  context: Context,
): Promise<number> {
  const { stdout, screen, json, quiet, signal, now } = context
  const places = await openPlaces(jobName, options, context)
  const policy = policyOf(options, places)
  const plans = await planAll(places, policy, context)

  if (options.plan === true) {
    if (json) stdout.write(`${JSON.stringify(plans.flatMap(planned), undefined, 2)}\n`)
    else
      stdout.write(
        `${plans.map(({ job, prune: plan }) => renderPlan(job, plan, stdout.look)).join('\n\n')}\n`,
      )
    return 0
  }

  const metricsFile = await openMetricsFile(options, context)
  const results: (ReportedRetention & { job: string })[] = []
  for (const { job, place, prune: plan } of plans) {
    screen.show({ title: 'prune', detail: `${job} in ${plan.storage.name}` })
    const orphansBefore = new Date(now().getTime() - orphanAgeMs)
    const report = (error: unknown) => place.job.redactor.error(error)
    const result = { job, ...(await applyPrune(plan, { now: now(), orphansBefore, report, signal })) }
    screen.rest()
    results.push(result)
    if (!json && (!quiet || result.errors.length > 0)) screen.say(renderPruned(job, result, screen.look()))
  }
  const told = await tellAll(plans, results, placeFlags(options), context)
  const notifications = told.flatMap((one) => one.notifications)
  for (const [job, { place }] of new Map(plans.map((plan) => [plan.job, plan]))) {
    await metricsFile?.record({ ...place.job, name: job }, place.config, (metrics) => {
      metrics.pruned({ job, retention: results.filter((one) => one.job === job) })
      for (const one of told) if (one.job === job) metrics.notified(one)
    })
  }
  const complete = results.every(({ errors }) => errors.length === 0)
  if (json) {
    const status = complete ? 'succeeded' : 'partial'
    stdout.write(
      `${JSON.stringify({ schemaVersion: 1, command: 'prune', status, retention: results, notifications })}\n`,
    )
  } else if (plans.length === 0 && !quiet) {
    screen.say('There is no backup here yet.')
  }
  return complete ? 0 : exitCodeOf('PRUNE_INCOMPLETE')
}

const rules = ['days', 'last', 'daily', 'weekly', 'monthly', 'yearly', 'minKeep'] as const

/** Tells what could not be deleted, once for each job that a configuration has. */
async function tellAll(
  plans: readonly Planned[],
  results: readonly (ReportedRetention & { job: string })[],
  flags: string,
  { now, signal, screen, json, quiet }: Context,
): Promise<{ job: string; notifications: ReportedNotification[] }[]> {
  const told: { job: string; notifications: ReportedNotification[] }[] = []
  for (const { job } of new Map(plans.map(({ place }) => [place.job.name, place])).values()) {
    const error = results.filter((one) => one.job === job.name).flatMap(({ errors }) => errors)[0]
    if (error === undefined) await isOver(job, 'prune.failed', signal)
    else {
      const detail = `old backups could not be deleted: ${error.message}`
      const telling = { now: now(), signal, flags }
      const notifications = await tell(job, { event: 'prune.failed', error, detail }, telling)
      told.push({ job: job.name, notifications })
    }
  }
  const deliveries = told.flatMap(({ notifications }) => notifications)
  if (deliveries.length > 0 && !json && !quiet) screen.say(renderDeliveries(deliveries, screen.look()))
  return told
}

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

async function planAll(
  places: readonly Place[],
  policy: RetentionPolicy | undefined,
  { now, signal }: Context,
): Promise<Planned[]> {
  const plans: Planned[] = []
  for (const place of places) {
    const names = place.jobName === undefined ? await jobsIn(place, signal) : [place.jobName]
    for (const job of names) {
      for (const storage of place.job.storages) {
        const ruled: JobStorage = policy === undefined ? storage : { ...storage, retention: policy }
        plans.push({ job, place, prune: await planPrune(ruled, job, { now: now(), signal }) })
      }
    }
  }
  return plans
}

async function jobsIn(place: Place, signal: AbortSignal): Promise<string[]> {
  return [...new Set((await lookAtAll([place], signal)).map(({ job }) => job))].toSorted()
}

function planned({ prune: { storage, plan } }: Planned): object[] {
  return plan.actions.map(({ backup, action, reason }) => ({
    storage: storage.name,
    backup: backup.name,
    action,
    reason,
  }))
}
