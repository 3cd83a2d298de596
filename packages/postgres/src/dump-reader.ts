import type { HoldfastError } from '@holdfast/plugin'
import type { DumpContents } from './contents.ts'

/** Takes a decoded dump in pieces and looks at all of it. */
export interface DumpReader {
  /**
   * Resolves when more can be taken; the chunk's memory is free to be used again then. Never rejects: what is wrong
   * is in the reading.
   */
  write(chunk: Buffer): Promise<void>
  /** To be called after the last piece. Rejects only when the signal was aborted. */
  finish(): Promise<DumpReading>
  /** Ends whatever still runs, without a reading, and resolves once it is gone. Twice is fine, also after `finish`. */
  abandon(): Promise<void>
}

export interface DumpReading {
  /** Absent where the list of contents could not be read. */
  contents?: DumpContents
  /** What is wrong with the dump; empty when every part of it could be read. */
  errors: string[]
  /** Why the dump could not be looked at, where that is no word against the dump; the rest means nothing then. */
  failure?: HoldfastError
}
