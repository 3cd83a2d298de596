/** How many bytes of input stand in one unit; the last may be shorter. */
export const blockBytes: number = 2 * 1024 * 1024

/** The largest block that is read, so that a later writer may choose a larger size than today's. */
export const maxBlockBytes: number = 16 * 1024 * 1024

/** The largest unit that is read: a block that does not compress, with what the format adds. */
export const maxUnitBytes: number = maxBlockBytes + 128 * 1024

/** One self-contained piece of compressed data: a zstd frame or a gzip member. */
export interface Unit {
  storedBytes: number
  rawBytes: number
  /** The 32 bits that the format itself keeps of the raw bytes. */
  checksum: number
}

/** What stands after the last unit and tells that it was the last. */
export interface Index {
  add(unit: Unit): void
  bytes(): Buffer
  /** Says how a stored index, which the buffer begins with, differs from this one, or undefined where it does not. */
  difference(stored: Buffer): string | undefined
}

export interface Compressed {
  stored: Buffer
  unit: Unit
}

/**
 * Finds where a unit ends without decompressing it: yields how many of its bytes it has to see in all, and is
 * given a buffer that begins with them. Returns undefined at the index, which ends the stream. Throws an Error
 * that says what is wrong, without the place.
 */
export type UnitParser = Generator<number, Unit | undefined, Buffer>

/** A compressed form that `encode` writes and `decode` reads. */
export interface Format {
  /** What people call a unit. */
  unitName: string
  createIndex(): Index
  /** Resolves with one whole unit and what it is. The block may be reused once it has resolved. */
  compress(block: Buffer, level: number): Promise<Compressed>
  parse(index: Index): UnitParser
  /** Resolves with exactly `unit.rawBytes` bytes or rejects. */
  decompress(stored: Buffer, unit: Unit): Promise<Buffer>
}

/** Runs a parser over a unit that is whole already. */
export function parseWhole(parser: UnitParser, stored: Buffer): Unit | undefined {
  let step = parser.next(stored)
  while (step.done !== true) {
    if (step.value > stored.length) throw new Error(`ends at byte ${stored.length} of ${step.value}`)
    step = parser.next(stored)
  }
  return step.value
}
