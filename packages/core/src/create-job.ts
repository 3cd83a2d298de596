import type { KeyObject } from 'node:crypto'
import type { Secret, Source } from '@holdfast/plugin'
import type { JobConfig } from './config/types.ts'
import type { Job, JobStorage } from './job.ts'
import type { LoadedPlugins } from './load.ts'
import { trustedKeys } from './signing/open.ts'
import { patient } from './wrap/patience.ts'
import { place } from './wrap/place.ts'
import { createRedactor } from './wrap/redact.ts'
import { retry } from './wrap/retry.ts'

/**
 * Puts a job together from its configuration, its plugins and its source. Every storage is wrapped once, here: what
 * it throws gets its name, one that stands still is given up, and calls that can be repeated are.
 *
 * @param alsoTrusted public keys whose signatures count besides those of the configuration
 */
export function createJob(
  config: JobConfig,
  plugins: LoadedPlugins,
  source: Source,
  secrets: readonly Secret[],
  alsoTrusted: readonly KeyObject[] = [],
): Job {
  const redactor = createRedactor()
  for (const secret of [...secrets, ...plugins.secrets]) redactor.add(secret)
  const { encryption, signing } = config
  const trusted = [...trustedKeys(signing?.publicKeys ?? []), ...alsoTrusted]
  const [primary, ...others] = plugins.storages
  const wrapped = (storage: JobStorage): JobStorage => ({
    ...storage,
    instance: retry(place(patient(storage.instance, { limitMs: config.dump.stallTimeoutMs }), storage.name)),
    ...(trusted.length > 0 && { trustedKeys: trusted }),
  })
  return {
    name: config.name,
    source,
    dump: config.dump,
    compression: config.compression,
    ...(encryption !== undefined && { encryption }),
    ...(signing !== undefined && { signing }),
    storages: [wrapped(primary), ...others.map(wrapped)],
    verifiers: plugins.verifiers,
    notifiers: plugins.notifiers,
    ...(config.expectEveryMs !== undefined && { expectEveryMs: config.expectEveryMs }),
    labels: config.labels,
    redactor,
  }
}
