import type { Readable } from 'node:stream'
import type { DumpFormat, TableFacts } from './manifest.ts'

/** What of a backup to bring back. */
export interface RestoreRequest {
  format: DumpFormat
  /** Only these tables, as pg_restore's --table takes them; empty means everything. */
  tables: readonly string[]
  part: 'all' | 'schema' | 'data'
  /** Parallel connections, where the restore reads a file. */
  jobs: number
  /** Restore owners and grants that the dump holds. */
  ownership: boolean
}

/** A database that a backup can be restored into. */
export interface RestoreTarget {
  /** Where it is, for messages: user@host:port/name without a password. */
  readonly description: string
  /**
   * Makes sure that the database is there and may be written: creates it where asked, refuses one that is not
   * empty (DATABASE_NOT_EMPTY) unless allowed, and a client older than the dump's.
   */
  prepare(options: { createDatabase: boolean; allowNonEmpty: boolean }, signal: AbortSignal): Promise<void>
  /** Restores from a decoded file, in parallel. Any error of pg_restore or psql is DATABASE_RESTORE_FAILED. */
  restoreFile(path: string, request: RestoreRequest, onProgress: (table: string) => void, signal: AbortSignal): Promise<void>
  /** Restores from a decoded stream, serially and in one transaction. */
  restoreStream(body: Readable, request: RestoreRequest, onProgress: (table: string) => void, signal: AbortSignal): Promise<void>
  /** Counts the rows of these tables as they are in the target now; a table that is not there comes back without `rows`. */
  count(tables: readonly TableFacts[], signal: AbortSignal): Promise<TableFacts[]>
}
