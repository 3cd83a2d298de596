import type { Readable } from 'node:stream'
import type { BackupKind, DatabaseFacts, DumpFormat, Omission, TableFacts } from './manifest.ts'

/** What a run wants from the database. */
export interface DumpRequest {
  /** Names the lock: one run of a job at a time in a database. */
  job: string
  kind: BackupKind
  format: DumpFormat
  /** psql patterns; empty means every table. */
  tables: { include: readonly string[]; exclude: readonly string[] }
  /** Keep owners and grants in the dump; off gives --no-owner --no-privileges. */
  ownership: boolean
  /** Dump roles beside a full dump. */
  globals: boolean
  /** Count every table's rows in the snapshot. */
  rowCounts: boolean
  /** Sessions that count at the same time, 1 or more. */
  countSessions: number
  /** How long to wait for a locked table. */
  lockWaitTimeoutMs: number
  /** How long the server may send nothing while Holdfast is ready to read. */
  stallTimeoutMs: number
}

/** What preflight found. */
export interface SourceFacts {
  database: DatabaseFacts
  client: { version: string }
  /** The server's clock minus this machine's. */
  clockSkewMs: number
  warnings: string[]
}

/** How far the dump is, by the server's own figures; an estimate. */
export interface DumpProgress {
  /** Between 0 and 1, tables weighed by their size. */
  fraction: number
  /** The table being copied, as `schema.name`. */
  table?: string
}

/** A consistent view of the database, held open until `close`. */
export interface Snapshot {
  /** The tables that the dump will hold, without row counts. */
  readonly tables: readonly TableFacts[]
  readonly largeObjects: number
  readonly omissions: readonly Omission[]
  /** What went on all the same; it grows while the dump runs. */
  readonly warnings: readonly string[]
  /** The arguments of pg_dump, for the manifest; no secret in them. */
  readonly arguments: readonly string[]
  /**
   * Starts the dump. The stream ends only after the process has exited 0; in every other case it is destroyed
   * with the error (law 2). What it gives may be marked as owned: see `markOwned`.
   */
  dump(onProgress: (progress: DumpProgress) => void, signal: AbortSignal): Readable
  /** Roles and their settings as SQL, or undefined where the request does not ask for them. Same promise as `dump`. */
  globals(signal: AbortSignal): Readable | undefined
  /** Counts rows in the snapshot while the dump runs; the tables come back with `rows` set, or as they were if counting is off. */
  count(signal: AbortSignal): Promise<TableFacts[]>
  /**
   * Ends the transaction and its table locks once dump, globals and count are done, so that the server may vacuum
   * again; the job's lock stays. Never rejects.
   */
  release(): Promise<void>
  /** Ends the sessions, and what still runs, and frees the job's lock. Twice is fine. Never rejects. */
  close(): Promise<void>
}

/** A database that can be backed up. */
export interface Source {
  /** Finds everything that would make the dump fail or come out short, before any byte moves. */
  preflight(request: DumpRequest, signal: AbortSignal): Promise<SourceFacts>
  /** Takes the job's lock (RUN_LOCKED when it is held), locks the tables and exports a snapshot. */
  snapshot(request: DumpRequest, signal: AbortSignal): Promise<Snapshot>
}
