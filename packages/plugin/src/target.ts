import type { Readable } from 'node:stream'
import type { DumpFormat, Manifest, TableFacts } from './manifest.ts'

/** What of a backup to bring back. */
export interface RestoreRequest {
  format: DumpFormat
  /** The version of the pg_dump that made the dump: no older client can read it. */
  dumpVersion: string
  /** Only these tables, as `name` or `schema.name`, letter for letter; empty means everything. Custom format only. */
  tables: readonly string[]
  part: 'all' | 'schema' | 'data'
  /** Parallel connections, where the restore reads a file. */
  jobs: number
  /** Restore owners and grants that the dump holds. */
  ownership: boolean
}

export interface PrepareOptions {
  createDatabase: boolean
  allowNonEmpty: boolean
  /** What is about to be restored. */
  dump: Pick<Manifest, 'client' | 'database'>
}

/** A database that a backup can be restored into. */
export interface RestoreTarget {
  /** Where it is, for messages: user@host:port/name without a password. */
  readonly description: string
  /** Rejects as `prepare` would, but changes nothing: a database that is still to be created is well. */
  check(options: PrepareOptions, signal: AbortSignal): Promise<void>
  /** Writes a decoded dump to a new file, private to its owner, as `restoreFile` reads it. Rejects as the body does. */
  stageFile(
    body: Readable,
    path: string,
    request: Pick<RestoreRequest, 'format'>,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Makes sure that the database is there and may be written: creates it where asked, refuses one that is not
   * empty (DATABASE_NOT_EMPTY) unless allowed, and a client older than the dump's. Aborting ends what comes of it too.
   */
  prepare(options: PrepareOptions, signal: AbortSignal): Promise<PreparedTarget>
}

/** A database that may be restored into, and the connection to it. */
export interface PreparedTarget {
  /** Restores from a staged file, in parallel. Any error of pg_restore or psql is DATABASE_RESTORE_FAILED. */
  restoreFile(
    path: string,
    request: RestoreRequest,
    onProgress: (table: string) => void,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Restores from a decoded stream, serially and in one transaction, which is committed only after the body has ended
   * well: a body that errors at its very end still leaves the target as it was.
   */
  restoreStream(
    body: Readable,
    request: RestoreRequest,
    onProgress: (table: string) => void,
    signal: AbortSignal,
  ): Promise<void>
  /** Counts the rows of these tables as they are in the target now; a table that is not there comes back without `rows`. */
  count(tables: readonly TableFacts[], signal: AbortSignal): Promise<TableFacts[]>
  /** Ends the connection. Twice is fine. Never rejects. */
  close(): Promise<void>
}
