import { promisify } from 'node:util'
import { constants, createZstdCompress, zstdDecompress } from 'node:zlib'
import { HoldfastError, markOwned } from '@holdfast/plugin'
import {
  type Compressor,
  type Format,
  type Index,
  maxBlockBytes,
  maxUnitBytes,
  parseWhole,
  type Unit,
  type UnitParser,
} from './format.ts'
import { createSeekTable, seekTableMagic } from './seek-table.ts'

const frameMagic = 0xfd2fb528
const maxZstdBlockBytes = 128 * 1024
const checksumBytes = 4

/** How much memory a compressor writes into before it takes more: a block that compresses well fits in it. */
const outputBytes = 1024 * 1024

const decompressFrame = promisify(zstdDecompress)

/**
 * Frames of one block each, with checksum and content size, and a seek table behind them. Reading never leaves
 * the finding of frames to Node, whose decoder drops frames (nodejs/node#64741).
 */
export const zstd: Format = {
  unitName: 'frame',
  createIndex: createSeekTable,
  createCompressor,
  parse,
  async decompress(stored, { rawBytes }) {
    const raw = await decompressFrame(stored, {
      // With room to spare, or Node would allocate as much again to look for more.
      chunkSize: rawBytes + 64,
      maxOutputLength: rawBytes || 1,
    })
    if (raw.length !== rawBytes)
      throw new Error(`holds ${raw.length} bytes where its header says ${rawBytes}`)
    return raw
  },
}

// One native context for many blocks: with ZSTD_e_end on every write, each write is a frame of its own, and
// zstd knows its content size because the whole of it comes in that one call. Once a piece comes from other memory,
// the memory before it is done with; freed by hand, it never waits for the garbage collector.
function createCompressor(level: number): Compressor {
  const stream = createZstdCompress({
    flush: constants.ZSTD_e_end,
    chunkSize: outputBytes,
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  })
  let pieces: Buffer[] = []
  let memory: ArrayBufferLike | undefined
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  // The callback of the write has it too.
  stream.on('error', () => {})

  return {
    compress: (block) =>
      new Promise((resolve, reject) => {
        stream.write(block, (error) => {
          if (error) return reject(error)
          // The last piece may be given on the next tick.
          setImmediate(() => {
            const stored = joined(pieces)
            for (const { buffer } of pieces) {
              if (memory !== buffer && memory instanceof ArrayBuffer) memory.transfer(0)
              memory = buffer
            }
            pieces = []
            try {
              resolve({ stored, unit: inspect(stored, block.length) })
            } catch (cause) {
              reject(new HoldfastError('INTERNAL', 'zstd made a frame that is not as asked for', { cause }))
            }
          })
        })
      }),
    close: () => stream.destroy(),
  }
}

// Out of the compressor's memory, which many frames share, into memory that can be freed with the frame.
function joined(pieces: readonly Buffer[]): Buffer {
  const whole = Buffer.allocUnsafeSlow(pieces.reduce((bytes, piece) => bytes + piece.length, 0))
  let at = 0
  for (const piece of pieces) at += piece.copy(whole, at)
  return markOwned(whole)
}

function inspect(stored: Buffer, rawBytes: number): Unit {
  const unit = parseWhole(parse(createSeekTable()), stored)
  if (unit?.storedBytes !== stored.length) throw new Error(`${stored.length} bytes are not one frame`)
  if (unit.rawBytes !== rawBytes) throw new Error(`claims to hold ${unit.rawBytes} bytes, not ${rawBytes}`)
  return unit
}

// RFC 8878, section 3.1.1. Only what createCompressor writes is let through.
function* parse(index: Index): UnitParser {
  let bytes = yield 5
  const magic = bytes.readUInt32LE(0)
  if (magic === seekTableMagic) return yield* parseSeekTable(index)
  if (magic !== frameMagic) throw new Error('is not a zstd frame')

  const descriptor = bytes.readUInt8(4)
  if ((descriptor & 0x04) === 0) throw new Error('has no checksum')
  if ((descriptor & 0x1b) !== 0) throw new Error('has flags that Holdfast never sets')
  const singleSegment = (descriptor & 0x20) !== 0
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  if (sizeBytes === 0) throw new Error('does not say how much it holds')
  let end = 5 + (singleSegment ? 0 : 1) + sizeBytes
  bytes = yield end
  const rawBytes = contentSize(bytes, end - sizeBytes, sizeBytes)
  if (rawBytes > maxBlockBytes) throw new Error(`claims to hold ${rawBytes} bytes, more than any frame may`)
  if (!singleSegment && windowBytes(bytes.readUInt8(5)) > maxBlockBytes)
    throw new Error('has too large a window')

  for (let last = false; !last;) {
    bytes = yield end + 3
    const header = bytes.readUIntLE(end, 3)
    last = (header & 1) === 1
    const type = (header >> 1) & 3
    const size = header >> 3
    if (type === 3 || size > maxZstdBlockBytes) throw new Error('has a block header that can not be')
    end += 3 + (type === 1 ? 1 : size)
    if (end > maxUnitBytes) throw new Error('is longer than any frame may be')
  }
  const storedBytes = end + checksumBytes
  bytes = yield storedBytes
  return { storedBytes, rawBytes, checksum: bytes.readUInt32LE(end) }
}

function* parseSeekTable(index: Index): UnitParser {
  const stored = yield index.bytes().length
  const difference = index.difference(stored)
  if (difference !== undefined) throw new Error(difference)
  return undefined
}

function contentSize(bytes: Buffer, at: number, sizeBytes: number): number {
  if (sizeBytes === 8) return Number(bytes.readBigUInt64LE(at))
  return bytes.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0)
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}
