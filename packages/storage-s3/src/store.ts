import type { Connection } from './connection.ts'
import type { Place } from './keys.ts'
import type { S3Options } from './options.ts'
import type { Service } from './service.ts'

/** A write that takes effect at once: one of a whole object, or the last of one in parts. */
export type Commit = 'PutObject' | 'CompleteMultipartUpload'

/** What every call of one storage works with. */
export interface Store {
  options: S3Options
  job: string
  service: Service
  place: Place
  connection: Connection
  /** What was learnt of create-only writes: `honoured` once the store refused one, `unknown` to it where it took it for an error. */
  createOnly: Map<Commit, 'honoured' | 'unknown'>
  /** Where the object with this key in the bucket is, for messages. */
  locationOf(fullKey: string): string
  /** Rejects where the bucket is not there. Asks the store no more than once. */
  bucketIsThere(signal: AbortSignal): Promise<void>
}
