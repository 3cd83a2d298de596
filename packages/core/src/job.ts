import type { KeyObject } from 'node:crypto'
import type {
  Compression,
  DumpRequest,
  NotificationEvent,
  Notifier,
  Source,
  Storage,
  Verifier,
} from '@holdfast/plugin'
import type { EncryptionConfig, Retention, SigningConfig } from './config/types.ts'
import type { Redactor } from './wrap/redact.ts'

/** A plugin's instance under the name that the configuration gives it. */
export interface Named<Instance> {
  name: string
  /** The plugin's own name, as in `use: local`. */
  plugin: string
  instance: Instance
}

export interface JobStorage extends Named<Storage> {
  /** Absent: everything is kept. */
  retention?: Retention
  /** How much the job's backups may take, in bytes, for alerts; absent: nobody minds. */
  limitBytes?: number
  /** Public keys: with any, a manifest that none of them has signed is invalid. */
  trustedKeys?: readonly KeyObject[]
}

export interface JobNotifier extends Named<Notifier> {
  /** What it is told. */
  on: readonly NotificationEvent[]
  /** How long the same failure is not told again, in milliseconds; absent: every one is told. */
  repeatEveryMs?: number
  /** How long telling it may take after a run, with everything that is tried again, in milliseconds. */
  timeoutMs: number
}

/** A job with everything that it needs to run. */
export interface Job {
  name: string
  source: Source
  dump: Omit<DumpRequest, 'job'>
  compression: Compression
  /** Absent: what it stores is not encrypted. */
  encryption?: EncryptionConfig
  signing?: SigningConfig
  /** The first one is the primary: if it fails, the run fails. */
  storages: readonly [JobStorage, ...JobStorage[]]
  verifiers: readonly Named<Verifier>[]
  notifiers: readonly JobNotifier[]
  /** How old the newest good backup may get, in milliseconds; absent: nobody looks. */
  expectEveryMs?: number
  labels: Record<string, string>
  /** Knows this job's secrets; everything that leaves core goes through it. */
  redactor: Redactor
}
