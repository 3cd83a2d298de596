import type { Readable } from 'node:stream'

/** What a storage knows of one object. Keys are relative to the storage, with `/` between their parts. */
export interface ObjectInfo {
  key: string
  /** The length of what is stored, in bytes. */
  bytes: number
  /** When the storage finished writing it, by the storage's own clock. */
  modifiedAt: Date
  /**
   * What the storage itself computed over all the bytes that it holds; absent where it computes nothing, or only
   * repeats what it was told. `list` need not give it.
   */
  checksum?: Checksum
}

/** A checksum of the whole of an object. */
export interface Checksum {
  algorithm: 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme'
  /** Lower-case hex, most significant byte first. */
  value: string
}

/** What a create-only write was worth: `atomic`, the storage itself refused; `checked`, it was looked at before. */
export type CreateOnly = 'atomic' | 'checked'

/** What `put` knows of the object that it stored. */
export interface StoredObject extends ObjectInfo {
  /** Set by a write with `ifAbsent`. */
  createOnly?: CreateOnly
  /** What to warn about, as whole sentences: such as what the storage ignored and was told to bear with. */
  warnings?: string[]
}

export interface PutOptions {
  signal: AbortSignal
  /** Create only: an object already at the key is left as it is and the call fails with STORAGE_EXISTS. */
  ifAbsent?: boolean
  /** The exact length of the body, where it is known: a body of another length stores nothing and fails with STORAGE_LENGTH. */
  bytes?: number
  /**
   * About how long the body will be, for choosing part sizes. Never a limit, but more than any object of the storage can
   * hold may be refused at once with STORAGE_TOO_LARGE.
   */
  estimatedBytes?: number
}

export interface GetOptions {
  signal: AbortSignal
  /** Bytes from `start` up to and including `end`; outside the object is STORAGE_RANGE. */
  range?: { start: number; end: number }
}

export interface StorageStatus {
  /** Room left, in bytes, where the storage can tell. */
  freeBytes?: number
  /** What to warn about, as whole sentences. */
  warnings?: string[]
}

/**
 * A place that keeps objects. Errors are HoldfastErrors with a STORAGE_ code and `retryable` set truthfully;
 * no error carries a secret. A storage retries parts of a call only: core repeats whole calls.
 */
export interface Storage {
  /** Resolves when the storage can be reached and used. Writes nothing. */
  check(signal: AbortSignal): Promise<StorageStatus>
  /**
   * Stores the body whole, or stores nothing: when the body errors, ends early, or the signal aborts, no object
   * is there afterwards and whatever was there before still is. Resolves only once the object is durable. An error of
   * the body is thrown on, as it is or as the cause. A write that can not be taken back any more when the signal
   * aborts resolves: one that fails has stored nothing. A checksum in what it resolves is of what was sent, and the
   * storage has computed the same.
   */
  put(key: string, body: Readable, options: PutOptions): Promise<StoredObject>
  /** The object's bytes. Fails with STORAGE_NOT_FOUND when the key is missing, before any byte is given. */
  get(key: string, options: GetOptions): Promise<Readable>
  /** Resolves undefined when the key is missing. */
  stat(key: string, signal: AbortSignal): Promise<ObjectInfo | undefined>
  /** Every finished object whose key starts with the prefix, in any order. `foo/` does not give `foobar`. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<ObjectInfo>
  /** Resolves when the key is not there any more; removing what is missing is fine. */
  remove(key: string, signal: AbortSignal): Promise<void>
  /** Where a person finds the object: a path, or a URL such as s3://bucket/key. No secret in it. */
  location(key: string): string
  /**
   * Removes what writes that died left behind under the prefix (temporary files, stranded parts) if it was
   * last touched before the given time. Resolves how many there were.
   */
  removeUnfinished?(prefix: string, before: Date, signal: AbortSignal): Promise<number>
}
