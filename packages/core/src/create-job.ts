import type { Secret, Source } from '@holdfast/plugin'
import type { JobConfig } from './config/types.ts'
import type { Job, JobStorage } from './job.ts'
import type { LoadedPlugins } from './load.ts'
import { place } from './wrap/place.ts'
import { createRedactor } from './wrap/redact.ts'
import { retry } from './wrap/retry.ts'

/**
 * Puts a job together from its configuration, its plugins and its source. Every storage is wrapped once, here: what
 * it throws gets its name, and calls that can be repeated are.
 */
export function createJob(
  config: JobConfig,
  plugins: LoadedPlugins,
  source: Source,
  secrets: readonly Secret[],
): Job {
  const redactor = createRedactor()
  for (const secret of [...secrets, ...plugins.secrets]) redactor.add(secret)
  const [primary, ...others] = plugins.storages
  return {
    name: config.name,
    source,
    dump: config.dump,
    compression: config.compression,
    storages: [wrapped(primary), ...others.map(wrapped)],
    verifiers: plugins.verifiers,
    notifiers: plugins.notifiers,
    ...(config.expectEveryMs !== undefined && { expectEveryMs: config.expectEveryMs }),
    labels: config.labels,
    redactor,
  }
}

function wrapped(storage: JobStorage): JobStorage {
  return { ...storage, instance: retry(place(storage.instance, storage.name)) }
}
