/** An entry of an archive's table of contents that has data. */
interface TocEntry {
  dumpId: number
  /** Where the entry says at which byte its data begins: a flag, then the number. */
  offsetAt: number
  isOffsetKnown: boolean
}

/** The head of an archive in custom format. */
export interface Toc {
  bytes: number
  entries: TocEntry[]
}

/** The bytes of an integer: its sign, then its value, the lowest byte first. */
export const integerBytes = 5
const offsetBytes = 8

const offsetUnknown = 1
const offsetKnown = 2

/**
 * Reads the head of an archive in custom format as pg_dump of PostgreSQL 10 to 18 writes it (archive versions 1.12 to
 * 1.16; ReadHead and ReadToc in src/bin/pg_dump/pg_backup_archiver.c). Undefined where more bytes are needed. Throws
 * where it is anything else.
 */
export function readToc(head: Buffer): Toc | undefined {
  let at = 0
  const byte = (): number => head.readUInt8(at++)
  const integer = (): number => {
    const value = readInteger(head, at)
    at += integerBytes
    return value
  }
  const text = (): string | undefined => {
    const length = integer()
    if (length < 0) return undefined
    at += length
    if (at > head.length) throw new RangeError('more is needed')
    return head.toString('utf8', at - length, at)
  }
  const skip = (times: number, read: () => unknown): void => {
    for (let time = 0; time < times; time++) read()
  }

  try {
    at = 5
    if (head.length < at) return undefined
    if (head.toString('latin1', 0, at) !== 'PGDMP') throw new Error('is no archive')
    const [major, minor] = [byte(), byte()]
    at += 1
    const [integerSize, offsetSize, format] = [byte(), byte(), byte()]
    if (major !== 1 || minor < 12 || minor > 16) throw new Error(`has version ${major}.${minor}`)
    if (integerSize !== integerBytes - 1 || offsetSize !== offsetBytes || format !== 1)
      throw new Error('was written by another kind of machine, or in another format')
    if (minor >= 15) byte()
    else integer()
    // When it was made; then database, server and pg_dump.
    skip(7, integer)
    skip(3, text)

    const count = integer()
    const entries: TocEntry[] = []
    for (let entry = 0; entry < count; entry++) {
      const dumpId = integer()
      integer()
      // Two ids, tag and kind; section; definition, drop and copy statements, schema and tablespace.
      skip(4, text)
      integer()
      skip(5, text)
      if (minor >= 14) text()
      if (minor >= 16) integer()
      // Owner, and whether the rows have oids; then what it depends on.
      skip(2, text)
      while (text() !== undefined);
      const flag = head.readUInt8(at)
      if (flag === offsetUnknown || flag === offsetKnown)
        entries.push({ dumpId, offsetAt: at, isOffsetKnown: flag === offsetKnown })
      at += 1 + offsetBytes
    }
    return at <= head.length ? { bytes: at, entries } : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

export function readInteger(bytes: Buffer, at: number): number {
  const value = bytes.readUInt32LE(at + 1)
  return bytes.readUInt8(at) === 0 ? value : -value
}

/** What stands in an entry whose data begins at this byte. */
export function knownOffset(position: number): Buffer {
  const bytes = Buffer.alloc(1 + offsetBytes)
  bytes.writeUInt8(offsetKnown, 0)
  bytes.writeBigUInt64LE(BigInt(position), 1)
  return bytes
}
