import type { KeyObject } from 'node:crypto'
import type { Compression, DumpRequest, Notifier, Source, Storage, Verifier } from '@holdfast/plugin'
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
  /** Public keys: with any, a manifest that none of them has signed is invalid. */
  trustedKeys?: readonly KeyObject[]
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
  notifiers: readonly Named<Notifier>[]
  labels: Record<string, string>
  /** Knows this job's secrets; everything that leaves core goes through it. */
  redactor: Redactor
}
