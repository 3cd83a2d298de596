import type { Compression, DumpRequest, Notifier, Source, Storage, Verifier } from '@holdfast/plugin'
import type { Retention } from './config/types.ts'
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
}

/** A job with everything that it needs to run. */
export interface Job {
  name: string
  source: Source
  dump: Omit<DumpRequest, 'job'>
  compression: Compression
  /** The first one is the primary: if it fails, the run fails. */
  storages: readonly [JobStorage, ...JobStorage[]]
  verifiers: readonly Named<Verifier>[]
  notifiers: readonly Named<Notifier>[]
  labels: Record<string, string>
  /** Knows this job's secrets; everything that leaves core goes through it. */
  redactor: Redactor
}
