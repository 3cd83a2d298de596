import { promisify } from 'node:util'
import { crc32, gunzip as gunzipCallback, gzip as gzipCallback } from 'node:zlib'
import { type Format, type Index, maxBlockBytes, maxUnitBytes, type UnitParser } from './format.ts'

const compressMember = promisify(gzipCallback)
const decompressMember = promisify(gunzipCallback)

// Bytes 0 to 15 of a member: magic, deflate, an extra field, no time, unknown system; then the extra field's
// length and its one subfield: HF with the member's length, or HX, which ends the stream (RFC 1952, 2.3.1.1).
const fixed = [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255]
const dataStart = Buffer.from([...fixed, 8, 0, 0x48, 0x46, 4, 0])
const indexStart = Buffer.from([...fixed, 20, 0, 0x48, 0x58, 16, 0])
const startBytes = 16
const headerBytes = startBytes + 4
const trailerBytes = 8
/** The header that Node writes, without name or extra field. */
const plainHeaderBytes = 10
/** No data at all, deflated, with its checksum and length. */
const emptyBody = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0])

/**
 * Members of one block each, with their length in an extra field, and an empty member behind them that counts
 * them. gzip itself has no end mark: without that last member, a cut between two members would go unseen.
 */
export const gzip: Format = {
  unitName: 'member',
  createIndex,
  async compress(block, level) {
    const plain = await compressMember(block, { level, chunkSize: 1024 * 1024 })
    const storedBytes = plain.length - plainHeaderBytes + headerBytes
    const header = Buffer.alloc(headerBytes)
    dataStart.copy(header)
    header.writeUInt32LE(storedBytes, startBytes)
    const checksum = plain.readUInt32LE(plain.length - trailerBytes)
    return {
      stored: Buffer.concat([header, plain.subarray(plainHeaderBytes)]),
      unit: { storedBytes, rawBytes: block.length, checksum },
    }
  },
  parse,
  async decompress(stored, { rawBytes }) {
    const raw = await decompressMember(stored, {
      // With room to spare, or Node would allocate as much again to look for more.
      chunkSize: rawBytes + 64,
      maxOutputLength: rawBytes || 1,
    })
    if (raw.length !== rawBytes) throw new Error(`holds ${raw.length} bytes where its end says ${rawBytes}`)
    return raw
  },
}

function* parse(index: Index): UnitParser {
  let bytes = yield startBytes
  const start = bytes.subarray(0, startBytes)
  if (start.equals(indexStart)) return yield* parseIndex(index)
  if (!start.equals(dataStart)) throw new Error('is not a gzip member as Holdfast writes it')
  bytes = yield headerBytes
  const storedBytes = bytes.readUInt32LE(startBytes)
  if (storedBytes <= headerBytes + trailerBytes || storedBytes > maxUnitBytes) {
    throw new Error(`claims to be ${storedBytes} bytes long, which no member can be`)
  }
  bytes = yield storedBytes
  const rawBytes = bytes.readUInt32LE(storedBytes - 4)
  if (rawBytes > maxBlockBytes) throw new Error(`claims to hold ${rawBytes} bytes, more than any member may`)
  return { storedBytes, rawBytes, checksum: bytes.readUInt32LE(storedBytes - trailerBytes) }
}

function* parseIndex(index: Index): UnitParser {
  const stored = yield index.bytes().length
  const difference = index.difference(stored)
  if (difference !== undefined) throw new Error(difference)
  return undefined
}

/** Counts the members, adds up their raw bytes, and keeps a checksum over the checksums, for the order. */
function createIndex(): Index {
  let members = 0
  let rawBytes = 0
  let order = 0

  function bytes(): Buffer {
    const facts = Buffer.alloc(16)
    facts.writeUInt32LE(members, 0)
    facts.writeBigUInt64LE(BigInt(rawBytes), 4)
    facts.writeUInt32LE(order, 12)
    return Buffer.concat([indexStart, facts, emptyBody])
  }

  return {
    add(unit) {
      const checksum = Buffer.alloc(4)
      checksum.writeUInt32LE(unit.checksum)
      members++
      rawBytes += unit.rawBytes
      order = crc32(checksum, order)
    },
    bytes,
    difference(stored) {
      const expected = bytes()
      if (stored.subarray(0, expected.length).equals(expected)) return undefined
      const counted = stored.readUInt32LE(startBytes)
      if (counted !== members) return `the last member is for ${counted} members, but ${members} were read`
      return 'the last member does not fit those before it'
    },
  }
}
