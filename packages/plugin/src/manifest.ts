import type { Checksum, CreateOnly } from './storage.ts'

/** full: everything · schema: definitions only · data: rows only · tables: chosen tables. */
export type BackupKind = 'full' | 'schema' | 'data' | 'tables'

/** custom: pg_dump -Fc, read by pg_restore · plain: SQL, read by psql. */
export type DumpFormat = 'custom' | 'plain'

/** The objects of a backup that hold data. */
export type DataRole = 'dump' | 'globals'

export type ObjectRole = DataRole | 'sidecar' | 'signature' | 'manifest'

/** One stored object of a backup. */
export interface BackupObject {
  role: ObjectRole
  key: string
  /** The length of what is stored. */
  bytes: number
  /** Lower-case hex, of what is stored. */
  sha256: string
}

/** A data object, as the manifest has it. */
export interface DataObject extends BackupObject {
  role: DataRole
  /** The length once decoded: what pg_restore or psql reads. */
  rawBytes: number
}

export type Compression =
  | { algorithm: 'zstd'; level: number }
  | { algorithm: 'gzip'; level: number }
  | { algorithm: 'none' }

/** How the data objects are encrypted, after compression. */
export interface Encryption {
  algorithm: 'age'
  /**
   * Whom they are encrypted to: `age1…` recipients as they are, which are no secret, and `passphrase` where it is one.
   * Kept for people; age itself says who can read an object.
   */
  recipients: string[]
}

/** What a storage said when the run stored its copy. */
export interface CopyFacts {
  /** The configured name of the storage. */
  storage: string
  /** The plugin's own name, as in `use: local`. */
  plugin: string
  /** What its create-only writes are worth; absent where it did not say. */
  createOnly?: CreateOnly
  /** What it computed itself over the data objects that it holds, by key. */
  checksums: Record<string, Checksum>
}

/** One table of the source, in the snapshot that was dumped. */
export interface TableFacts {
  schema: string
  name: string
  /** Set for a partition: the root of its tree, as `schema.name`. */
  partitionOf?: string
  /** On disk, with indexes and TOAST, in bytes; an estimate of its weight in the dump. */
  bytes: number
  /** Exact, counted in the snapshot; absent where counting is off. */
  rows?: number
}

/** Something of the source that this dump does not hold. */
export interface Omission {
  what: string
  /** Why, and where to get it instead. */
  reason: string
  items: string[]
}

export interface DatabaseFacts {
  name: string
  /** Host name or socket directory, as the server was reached; never with a password. */
  host: string
  port: number
  user: string
  /** As the server prints it: `15.18`. */
  serverVersion: string
  serverMajor: number
  encoding: string
  /** pg_database_size, in bytes. */
  bytes: number
  /** Tells this database from one of the same name elsewhere: system identifier and database oid, or a stand-in where they can't be read. */
  identity: string
}

/**
 * What a backup is. Written last and create-only: an object without a manifest is not a backup.
 * Nothing in it ever changes; verdicts and marks are objects of their own beside it.
 */
export interface Manifest {
  schemaVersion: 1
  /** 12 lower-case hex digits. */
  id: string
  /** The readable name, which is also the start of every key's last part: `shop_full_20261122_030000`. */
  name: string
  job: string
  kind: BackupKind
  /** The table patterns that were asked for; both empty for everything. */
  selection: { include: string[]; exclude: string[] }
  format: DumpFormat
  /** The retention label, such as `pre-deploy`. */
  label?: string
  /** Free text about the backup, for people and other tools. */
  labels: Record<string, string>
  /** RFC 3339 in UTC. */
  startedAt: string
  finishedAt: string
  holdfast: { version: string }
  database: DatabaseFacts
  client: { version: string }
  /** The arguments that pg_dump was run with; no secret ever is one of them. */
  arguments: string[]
  compression: Compression
  /** Absent: the data objects are not encrypted. */
  encryption?: Encryption
  objects: BackupObject[]
  /** The length of the dump before compression. */
  rawBytes: number
  /** Every table in the dump. */
  tables: TableFacts[]
  /** Sum of the row counts; absent where counting is off. */
  rows?: number
  /** Large objects in the dump. */
  largeObjects: number
  omissions: Omission[]
  warnings: string[]
  /** What each storage of the run said of its copy; a copy that was made later is not among them. */
  copies?: CopyFacts[]
  /** How to read it with standard tools only, from the directory of the dump. */
  restoreByHand: string
}
