import type { Compression, DumpRequest, NotificationEvent, Secret } from '@holdfast/plugin'

/** Which backups to keep: those that any of the rules names. Without a rule nothing is ever deleted. */
export interface RetentionPolicy {
  /** Those younger than this many days. */
  days?: number
  /** The newest ones, this many. */
  last?: number
  /** The newest of each day, for this many days that have one. */
  daily?: number
  /** The newest of each ISO week, for this many weeks that have one. */
  weekly?: number
  /** The newest of each month, for this many months that have one. */
  monthly?: number
  /** The newest of each year, for this many years that have one. */
  yearly?: number
  /** This many good ones always stay, however old they are; 1 unless set. */
  minKeep?: number
}

/** The policy of a storage, and policies of their own for backups with certain labels. */
export interface Retention extends RetentionPolicy {
  /** By label, such as `pre-deploy`; a backup with one of these labels is under that policy alone. */
  labels?: Record<string, RetentionPolicy>
}

/** A plugin that a job uses, with its options as they were written. */
export interface PluginConfig {
  /** `local`, a package name, or a path that starts with `./`, `../` or `/`. */
  use: string
  /** Unique among the plugins of its kind in the job. */
  name: string
  /** Undefined where the configuration has none; the plugin's parseOptions is the judge of them. */
  options: unknown
}

export interface StorageConfig extends PluginConfig {
  /** Absent: everything is kept. */
  retention?: Retention
  /** How much the job's backups may take there, in bytes, for alerts. */
  limitBytes?: number
}

/** Whom a job encrypts to, and with what its backups are read. Paths are absolute. */
export interface EncryptionConfig {
  /** `age1…`, each of them well-formed. */
  recipients: readonly string[]
  recipientsFiles: readonly string[]
  /** In place of recipients. */
  passphrase?: Secret
  /** Private keys, for machines that read. */
  identityFiles: readonly string[]
}

/** What a job signs with, and whose signatures it believes. */
export interface SigningConfig {
  /** An absolute path; for machines that back up. */
  keyFile?: string
  /** PEM or one line of base64, each of them well-formed. Empty: signatures are not looked at. */
  publicKeys: readonly string[]
}

export interface NotifierConfig extends PluginConfig {
  /** What it is told. */
  on: readonly NotificationEvent[]
  /** How long the same failure is not told again, in milliseconds. */
  repeatEveryMs?: number
  /** In milliseconds. */
  timeoutMs: number
}

/** When a job does what. Expressions have 5 or 6 fields, or are `@daily` and the like; whoever runs them checks them. */
export interface ScheduleConfig {
  backup?: string
  verify?: string
  prune?: string
  check?: string
  timeZone: string
  splayMs: number
  /** Windows in which nothing starts. */
  blackouts: readonly { at: string; forMs: number }[]
}

/** A job, complete: every default is filled in. */
export interface JobConfig {
  name: string
  /** A libpq URI or keyword string; undefined means the PG* variables. */
  database: Secret | undefined
  dump: Omit<DumpRequest, 'job'>
  compression: Compression
  /** Absent: what the job stores is not encrypted. */
  encryption?: EncryptionConfig
  signing?: SigningConfig
  /** The first one is the primary. */
  storages: readonly [StorageConfig, ...StorageConfig[]]
  verifiers: readonly PluginConfig[]
  notifiers: readonly NotifierConfig[]
  /** How old the newest good backup may get, in milliseconds. */
  expectEveryMs?: number
  schedule?: ScheduleConfig
  labels: Record<string, string>
}

/** Keys and indexes from the top of the configuration: `['jobs', 'shop', 'storages', 0, 'use']`. */
export type ConfigPath = readonly (string | number)[]

/** A place in the configuration file; both count from 1. */
export interface Position {
  line: number
  column: number
}

/** Where a configuration came from: what messages point at, and where its plugins are imported from. */
export interface ConfigOrigin {
  /** The file as messages name it; `command line` where there is none. */
  file: string
  /** Plugins are imported as if by a module in this directory; relative paths in options are resolved against it too. */
  baseDirectory: string
  /**
   * Where a value or the key before it stands, or else the nearest thing above it. Undefined where the format has no
   * positions.
   */
  positionOf: (path: ConfigPath, part: 'key' | 'value') => Position | undefined
  /** True for text that came out of `${…}`, where a number can only be written as text. */
  isInterpolated: (path: ConfigPath) => boolean
}

/** A configuration, checked and complete. */
export interface Config {
  origin: ConfigOrigin
  cron: { maxConcurrent: number; graceMs: number }
  /** In the order of the file; at least one. */
  jobs: readonly JobConfig[]
  /** Everything in it that must never be written anywhere: variables that sound secret, files, passwords in URLs. */
  secrets: readonly Secret[]
}
