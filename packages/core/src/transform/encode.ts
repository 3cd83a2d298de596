import { availableParallelism } from 'node:os'
import { type Duplex, Transform } from 'node:stream'
import { type Compression, freeOwned, isOwned, recycledMemory } from '@holdfast/plugin'
import { blockBytes, type Compressed, type Format } from './format.ts'
import { gzip } from './gzip.ts'
import { type Job, type Limits, orderedDuplex } from './ordered.ts'
import { zstd } from './zstd.ts'

/** Takes raw bytes, gives what is to be stored. */
export interface Encoder extends Duplex {
  /** How many raw bytes have come in so far. */
  rawBytes(): number
}

export interface TransformOptions {
  /** How many blocks may wait, be worked on or wait to be taken; each costs about 2 MiB. */
  heldBlocks?: number
}

/**
 * Tables differ: a server takes long over some, and compressing or sending takes long over others. With this many blocks
 * on their way the one goes on while the other catches up.
 */
const defaultHeldBlocks = 32

/** How many blocks can be worked on at a time. */
export function threads(): number {
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4)
  return Math.min(availableParallelism(), size > 0 ? size : 4)
}

/**
 * Compresses in parallel, in blocks of 2 MiB, to a form that `zstd -d` or `gzip -d` reads and of which `decode`
 * can tell whether it is whole. The same input may give other bytes another time. Frees input that is marked as owned.
 */
export function encode(compression: Compression, options: TransformOptions = {}): Encoder {
  const limits = { running: threads(), held: options.heldBlocks ?? defaultHeldBlocks }
  switch (compression.algorithm) {
    case 'zstd':
      return encodeBlocks(zstd, compression.level, limits)
    case 'gzip':
      return encodeBlocks(gzip, compression.level, limits)
    case 'none':
      return pass()
  }
}

function encodeBlocks(format: Format, level: number, limits: Limits): Encoder {
  const take = recycledMemory()
  const index = format.createIndex()
  let block: Buffer | undefined
  let filled = 0
  let rawBytes = 0
  let blocks = 0

  /** Compresses the first so many bytes of a block, and frees it. */
  function job(full: Buffer, bytes: number): Job<Compressed> {
    blocks++
    block = undefined
    filled = 0
    return async () => {
      const compressed = await format.compress(full.subarray(0, bytes), level)
      freeOwned(full)
      return compressed
    }
  }

  const stream = orderedDuplex<Compressed>(
    {
      *cut(chunk) {
        if (filled === 0 && chunk.length === blockBytes && isOwned(chunk)) {
          rawBytes += chunk.length
          yield job(chunk, chunk.length)
          return
        }
        for (let at = 0; at < chunk.length;) {
          block ??= take(blockBytes)
          const copied = chunk.copy(block, filled, at)
          at += copied
          filled += copied
          rawBytes += copied
          if (filled === block.length) yield job(block, filled)
        }
        freeOwned(chunk)
      },
      *finish() {
        if (filled > 0 || blocks === 0) yield job(block ?? Buffer.alloc(0), filled)
      },
      emit({ stored, unit }) {
        index.add(unit)
        return stored
      },
      trailer: () => index.bytes(),
    },
    limits,
  )
  return Object.assign(stream, { rawBytes: () => rawBytes })
}

function pass(): Encoder {
  let rawBytes = 0
  const stream = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, callback) {
      rawBytes += chunk.length
      callback(null, chunk)
    },
  })
  return Object.assign(stream, { rawBytes: () => rawBytes })
}
