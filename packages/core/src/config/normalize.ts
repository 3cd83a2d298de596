import { Secret, type Compression } from '@holdfast/plugin'
import { durationMs } from './duration.ts'
import { defaultLevels, type CheckedConfig } from './schema.ts'
import type {
  JobConfig,
  NotifierConfig,
  PluginConfig,
  Retention,
  RetentionPolicy,
  ScheduleConfig,
  StorageConfig,
} from './types.ts'

type CheckedJob = CheckedConfig['jobs'][string]
type CheckedStorage = CheckedJob['storages'][number]

/** Brings what was checked into its one complete form. */
export function normalizeJob(name: string, job: CheckedJob): JobConfig {
  const { database, dump, compression, storages, verifiers, notifiers, schedule, expectEvery, labels } = job
  const [primary, ...others] = storages.map(storageOf)
  if (primary === undefined) throw new TypeError('a checked job has a storage')
  return {
    name,
    database: database === undefined ? undefined : new Secret(database),
    dump: {
      ...dump,
      globals: dump.globals ?? dump.kind === 'full',
      rowCounts: dump.rowCounts ?? dump.kind !== 'schema',
    },
    compression: compressionOf(compression),
    storages: [primary, ...others],
    verifiers: verifiers.map(pluginOf),
    notifiers: notifiers.map(notifierOf),
    ...(expectEvery !== undefined && { expectEveryMs: durationMs(expectEvery) }),
    ...(schedule !== undefined && { schedule: scheduleOf(schedule) }),
    labels,
  }
}

function scheduleOf(schedule: NonNullable<CheckedJob['schedule']>): ScheduleConfig {
  if (typeof schedule === 'string') {
    return { backup: schedule.trim(), timeZone: 'UTC', splayMs: 0, blackouts: [] }
  }
  const { timeZone, splayMs, blackouts, ...tasks } = schedule
  const expressions = Object.entries(tasks).flatMap(([task, text]) =>
    text === undefined ? [] : [[task, text.trim()]],
  )
  return {
    ...Object.fromEntries(expressions),
    timeZone,
    splayMs,
    blackouts: blackouts.map(({ at, for: length }) => ({ at, forMs: durationMs(length) })),
  }
}

function compressionOf(compression: CheckedJob['compression']): Compression {
  if (typeof compression !== 'string') return compression
  return compression === 'none'
    ? { algorithm: 'none' }
    : { algorithm: compression, level: defaultLevels[compression] }
}

function pluginOf({ use, name, options }: CheckedJob['verifiers'][number]): PluginConfig {
  return { use, name: name ?? use, options }
}

function notifierOf({
  on,
  repeatEveryMs,
  timeoutMs,
  ...plugin
}: CheckedJob['notifiers'][number]): NotifierConfig {
  return {
    ...pluginOf(plugin),
    on: [...new Set(on)],
    ...(repeatEveryMs !== undefined && { repeatEveryMs }),
    timeoutMs,
  }
}

function storageOf(storage: CheckedStorage): StorageConfig {
  const { retention } = storage
  return { ...pluginOf(storage), ...(retention !== undefined && { retention: retentionOf(retention) }) }
}

function retentionOf({ labels, ...policy }: NonNullable<CheckedStorage['retention']>): Retention {
  if (labels === undefined) return policyOf(policy)
  return {
    ...policyOf(policy),
    labels: Object.fromEntries(Object.entries(labels).map(([label, inner]) => [label, policyOf(inner)])),
  }
}

function policyOf(policy: { [Rule in keyof RetentionPolicy]?: number | undefined }): RetentionPolicy {
  return Object.fromEntries(Object.entries(policy).filter(([, limit]) => limit !== undefined))
}
