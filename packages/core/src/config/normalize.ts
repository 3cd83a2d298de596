import { resolve } from 'node:path'
import { Secret, type Compression } from '@holdfast/plugin'
import { durationMs } from './duration.ts'
import type { CheckedConfig } from './schema.ts'
import { defaultLevels } from './schema/compression.ts'
import type {
  EncryptionConfig,
  JobConfig,
  NotifierConfig,
  PluginConfig,
  Retention,
  RetentionPolicy,
  ScheduleConfig,
  SigningConfig,
  StorageConfig,
} from './types.ts'

type CheckedJob = CheckedConfig['jobs'][string]
type CheckedStorage = CheckedJob['storages'][number]

/** Brings what was checked into its one complete form; relative paths are those of `baseDirectory`. */
export function normalizeJob(name: string, job: CheckedJob, baseDirectory: string): JobConfig {
  const { database, dump, compression, storages, verifiers, notifiers, schedule, expectEvery, labels } = job
  const { encryption, signing } = job
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
    ...(encryption !== undefined && { encryption: encryptionOf(encryption, baseDirectory) }),
    ...(signing !== undefined && { signing: signingOf(signing, baseDirectory) }),
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
  const { backup, verify, prune, check, timeZone, splayMs, blackouts } = schedule
  return {
    ...(backup !== undefined && { backup: backup.trim() }),
    ...(verify !== undefined && { verify: verify.trim() }),
    ...(prune !== undefined && { prune: prune.trim() }),
    ...(check !== undefined && { check: check.trim() }),
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

function encryptionOf(
  { recipients, recipientsFiles, passphrase, identityFiles }: NonNullable<CheckedJob['encryption']>,
  baseDirectory: string,
): EncryptionConfig {
  const absolute = (path: string): string => resolve(baseDirectory, path)
  return {
    recipients,
    recipientsFiles: recipientsFiles.map(absolute),
    ...(passphrase !== undefined && { passphrase: new Secret(passphrase) }),
    identityFiles: identityFiles.map(absolute),
  }
}

function signingOf(
  { keyFile, publicKeys }: NonNullable<CheckedJob['signing']>,
  baseDirectory: string,
): SigningConfig {
  return { ...(keyFile !== undefined && { keyFile: resolve(baseDirectory, keyFile) }), publicKeys }
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
  const { retention, limitBytes } = storage
  return {
    ...pluginOf(storage),
    ...(retention !== undefined && { retention: retentionOf(retention) }),
    ...(limitBytes !== undefined && { limitBytes }),
  }
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
