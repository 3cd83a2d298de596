import { promisify } from 'node:util'
import { constants, createZstdCompress, zstdDecompress } from 'node:zlib'
import { HoldfastError, markOwned } from '@holdfast/plugin'
import {
  type Compressed,
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

const decompressFrame = promisify(zstdDecompress)

/**
 * Frames of one block each, with checksum and content size, and a seek table behind them. Reading never leaves
 * the finding of frames to Node, whose decoder drops frames (nodejs/node#64741).
 */
export const zstd: Format = {
  unitName: 'frame',
  createIndex: createSeekTable,
  compress,
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

async function compress(block: Buffer, level: number): Promise<Compressed> {
  const frame = await compressFrame(block, level)
  const stored = markOwned(Buffer.allocUnsafeSlow(frame.length))
  frame.copy(stored)
  // Freed by hand, all that room never waits for the garbage collector.
  if (frame.buffer instanceof ArrayBuffer) frame.buffer.transfer(0)
  try {
    return { stored, unit: inspect(stored, block.length) }
  } catch (cause) {
    throw new HoldfastError('INTERNAL', 'zstd made a frame that is not as asked for', { cause })
  }
}

// With room for all that can come of it, zstd reads the block where it lies and writes the frame at once; with less, it
// copies both through memory of its own. That the block is all there is has to be said with it, for the frame to say
// its size, and zlib.zstdCompress says it too late.
function compressFrame(block: Buffer, level: number): Promise<Buffer> {
  const stream = createZstdCompress({
    flush: constants.ZSTD_e_end,
    // Less would be memory that Node shares out.
    chunkSize: Math.max(Buffer.poolSize, mostFrameBytes(block.length)),
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  })
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.once('data', (frame: Buffer) => {
      stream.destroy()
      resolve(frame)
    })
    stream.write(block)
  })
}

/** As zstd's `ZSTD_compressBound` has it, in bytes. */
function mostFrameBytes(rawBytes: number): number {
  return rawBytes + (rawBytes >> 8) + (Math.max(0, 128 * 1024 - rawBytes) >> 11)
}

function inspect(stored: Buffer, rawBytes: number): Unit {
  const unit = parseWhole(parse(createSeekTable()), stored)
  if (unit?.storedBytes !== stored.length) throw new Error(`${stored.length} bytes are not one frame`)
  if (unit.rawBytes !== rawBytes) throw new Error(`claims to hold ${unit.rawBytes} bytes, not ${rawBytes}`)
  return unit
}

// RFC 8878, section 3.1.1. Only what `compress` writes is let through.
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
