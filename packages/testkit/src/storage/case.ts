import type { PutOptions, Storage, StoredObject } from '@holdfast/plugin'

/** What a storage can honestly not promise, and the sizes at which it does something else than below them. */
export interface StorageCapabilities {
  /**
   * `atomic`: of several create-only writes at the same moment one wins. `checked`: a create-only write refuses what
   * is there already, but two at the same moment may both succeed. Default `atomic`.
   */
  createOnly?: 'atomic' | 'checked'
  /** False where names that differ only in case, or in how an accent is written, are one object. Default true. */
  distinctNames?: boolean
  /** True where what is stored stays in the memory of the testing process, so that measuring it says nothing. Default false. */
  inMemory?: boolean
  /** The size at which a write is split into parts, in bytes. Sizes around one, two and more of them are tried. Default 65,536. */
  partBytes?: number
  /** How many objects one page of a listing holds. Two pages and one object are written. Default 1000. */
  pageObjects?: number
}

/** A storage to be tested: empty, and used by nobody else. */
export interface StorageUnderTest {
  storage: Storage
  /** Removes and closes everything. Called once, however the case ended. */
  cleanup?: () => Promise<unknown>
  /** Passwords and keys that the storage was made with. They must never be seen in an error, a warning or a location. */
  secrets?: readonly string[]
  /** Names of what lies there and is no object: temporary files, open multipart uploads. */
  leftovers?: () => Promise<readonly string[]>
  /** Leaves behind for this key what a process leaves that is killed in the middle of a write. */
  strand?: (key: string) => Promise<unknown>
  /** The same kind of storage, made so that no call can succeed: wrong credentials, a missing bucket or mount. */
  unusable?: () => Storage | Promise<Storage>
}

/** One promise of the contract, and how it is held. */
export interface StorageCase {
  topic: string
  /** Unique among all cases. */
  name: string
  /** What the storage promises, as a sentence. */
  promise: string
  /** Where this case fails, the others would only say the same again. */
  essential?: true
  /** For what some services can not do: what a user has to know then. */
  weakness?: string
  run: (context: CaseContext) => Promise<void>
}

/** What a case works with. Every key in it is the case's own, and nothing is stored at its start. */
export interface CaseContext extends Pick<StorageUnderTest, 'leftovers' | 'strand' | 'unusable'> {
  storage: Storage
  secrets: readonly string[]
  capabilities: Required<StorageCapabilities>
  signal: AbortSignal
  put: (key: string, content: Buffer | string, options?: Partial<PutOptions>) => Promise<StoredObject>
  get: (key: string, range?: { start: number; end: number }) => Promise<Buffer>
  /** The keys of a listing as they came. */
  keys: (prefix?: string, signal?: AbortSignal) => Promise<string[]>
  /** Settles as the call does, or fails when that takes too long: nothing may hang. */
  promptly: <Result>(what: string, call: Promise<Result>) => Promise<Result>
  /** Ends the case without a verdict. */
  skip: (reason: string) => never
}
