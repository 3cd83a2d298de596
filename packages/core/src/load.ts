import type { PluginKind, Secret, Verifier } from '@holdfast/plugin'
import { findJob } from './config/jobs.ts'
import type { Config, PluginConfig } from './config/types.ts'
import type { JobNotifier, JobStorage, Named } from './job.ts'
import { refusal } from './load/failures.ts'
import type { PluginHost } from './load/locate.ts'
import { loadOne, type Loaded } from './load/load-one.ts'

/** The plugins of a job, ready for use. */
export interface LoadedPlugins {
  /** The first one is the primary. */
  storages: readonly [JobStorage, ...JobStorage[]]
  verifiers: readonly Named<Verifier>[]
  notifiers: readonly JobNotifier[]
  /** What their options hold that must never be written anywhere. */
  secrets: readonly Secret[]
}

/**
 * Imports the plugins of a job, checks them and their options, and makes their instances; calls none of these.
 * Everything that is wrong is reported at once, as a ConfigError.
 */
export async function loadJob(config: Config, jobName: string, host: PluginHost): Promise<LoadedPlugins> {
  const job = findJob(config, jobName)
  const loadAll = <Kind extends PluginKind>(
    kind: Kind,
    plugins: readonly PluginConfig[],
  ): Promise<Loaded<Kind>[]> =>
    Promise.all(
      plugins.map((plugin, index) => {
        const path = ['jobs', jobName, `${kind}s`, index]
        return loadOne(kind, plugin, { config, job: jobName, host, path })
      }),
    )
  const [storages, verifiers, notifiers] = await Promise.all([
    loadAll('storage', job.storages),
    loadAll('verifier', job.verifiers),
    loadAll('notifier', job.notifiers),
  ])
  const results = [...storages, ...verifiers, ...notifiers]
  const failures = results.flatMap((result) => (result.ok ? [] : result.failures))
  if (failures.length > 0) throw refusal(config, failures)

  const [primary, ...others] = storages.flatMap((result, index) => {
    if (!result.ok) return []
    const { retention, limitBytes } = job.storages[index] ?? {}
    return [
      {
        ...result.named,
        ...(retention !== undefined && { retention }),
        ...(limitBytes !== undefined && { limitBytes }),
      },
    ]
  })
  if (primary === undefined) throw new TypeError(`the job ${jobName} has no storage`)
  return {
    storages: [primary, ...others],
    verifiers: verifiers.flatMap((result) => (result.ok ? [result.named] : [])),
    notifiers: notifiers.flatMap((result, index) => {
      const configured = job.notifiers[index]
      if (!result.ok || configured === undefined) return []
      const { on, repeatEveryMs, timeoutMs } = configured
      return [{ ...result.named, on, timeoutMs, ...(repeatEveryMs !== undefined && { repeatEveryMs }) }]
    }),
    secrets: results.flatMap((result) => (result.ok ? result.secrets : [])),
  }
}
