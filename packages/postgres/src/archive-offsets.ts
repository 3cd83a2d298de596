import { integerBytes, knownOffset, readInteger, readToc, type Toc } from './archive-toc.ts'

/** Bytes to write over those that are there. */
interface Patch {
  position: number
  bytes: Buffer
}

/** Finds where each table's data begins in an archive in custom format, while the archive goes by. */
interface OffsetFinder {
  read(chunk: Buffer): void
  /**
   * After the last chunk: what to write into the table of contents, so that pg_restore finds all data at once. Empty
   * where all of it is there already, and for an archive that is not understood to its last byte, which pg_restore can
   * still search by itself.
   */
  patches(): Patch[]
}

/** A larger table of contents than that of any database; past it nothing is looked for. */
const mostHeadBytes = 64 << 20
const dataBlock = 1
const largeObjectBlock = 3

/**
 * pg_dump can not go back in a pipe to write down where data begins, so each process of a parallel pg_restore reads
 * through the file to find what it was given to do.
 */
export function findOffsets(): OffsetFinder {
  let head = Buffer.alloc(0)
  let headWanted = 0
  let toc: Toc | undefined
  let scan: BlockScan | undefined
  let isUnknown = false

  function readHead(): void {
    toc = readToc(head)
    if (toc === undefined) {
      // Not again for every chunk that comes.
      headWanted = head.length * 2
      if (head.length > mostHeadBytes) throw new Error('has too large a table of contents')
      return
    }
    scan = scanBlocks(toc.bytes)
    scan.read(head.subarray(toc.bytes))
    head = Buffer.alloc(0)
  }

  function attempt(read: () => void): void {
    if (isUnknown) return
    try {
      read()
    } catch {
      isUnknown = true
    }
  }

  return {
    read: (chunk) =>
      attempt(() => {
        if (scan !== undefined) return scan.read(chunk)
        head = Buffer.concat([head, chunk])
        if (head.length >= headWanted) readHead()
      }),
    patches() {
      if (scan === undefined) attempt(readHead)
      const begins = isUnknown ? undefined : scan?.finish()
      if (toc === undefined || begins === undefined) return []
      return toc.entries.flatMap(({ dumpId, offsetAt, isOffsetKnown }) => {
        const position = begins.get(dumpId)
        return isOffsetKnown || position === undefined
          ? []
          : [{ position: offsetAt, bytes: knownOffset(position) }]
      })
    },
  }
}

interface BlockScan {
  read(chunk: Buffer): void
  /** Where the data of each entry begins; undefined where the last block is not whole. */
  finish(): ReadonlyMap<number, number> | undefined
}

/**
 * A block is a byte for its kind, the entry's id, and pieces, each behind its length, up to one of length zero. In a
 * block of large objects each of them is such a row of pieces behind its oid, up to an oid of zero.
 */
function scanBlocks(start: number): BlockScan {
  const begins = new Map<number, number>()
  const split = Buffer.alloc(1 + integerBytes)
  let splitBytes = 0
  let expected: 'block' | 'object' | 'piece' = 'block'
  let isInObjects = false
  let skipBytes = 0
  let passed = start

  function take(bytes: Buffer, at: number, position: number): void {
    const value = readInteger(bytes, expected === 'block' ? at + 1 : at)
    if (expected === 'block') {
      const kind = bytes.readUInt8(at)
      if (kind !== dataBlock && kind !== largeObjectBlock) throw new Error('has a block of another kind')
      begins.set(value, position)
      isInObjects = kind === largeObjectBlock
      expected = isInObjects ? 'object' : 'piece'
    } else if (expected === 'object') {
      expected = value === 0 ? 'block' : 'piece'
    } else if (value === 0) {
      expected = isInObjects ? 'object' : 'block'
    } else {
      if (value < 0) throw new Error('has a piece of negative length')
      skipBytes = value
    }
  }

  return {
    read(chunk) {
      for (let at = 0; at < chunk.length;) {
        if (skipBytes > 0) {
          const skipped = Math.min(skipBytes, chunk.length - at)
          at += skipped
          skipBytes -= skipped
          continue
        }
        const needed = (expected === 'block' ? 1 : 0) + integerBytes
        if (splitBytes === 0 && chunk.length - at >= needed) {
          take(chunk, at, passed + at)
          at += needed
          continue
        }
        const copied = chunk.copy(split, splitBytes, at, Math.min(chunk.length, at + needed - splitBytes))
        at += copied
        splitBytes += copied
        if (splitBytes < needed) continue
        splitBytes = 0
        take(split, 0, passed + at - needed)
      }
      passed += chunk.length
    },
    finish: () => (expected === 'block' && splitBytes === 0 && skipBytes === 0 ? begins : undefined),
  }
}
