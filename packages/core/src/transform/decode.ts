import { type Duplex, Transform } from 'node:stream'
import { type Compression, freeOwned, type HoldfastError, markOwned } from '@holdfast/plugin'
import { createBufferPool } from './buffer-pool.ts'
import { damage as damageOf } from './damage.ts'
import { threads, type TransformOptions } from './encode.ts'
import { type Format, maxUnitBytes, type Unit, type UnitParser } from './format.ts'
import { gzip } from './gzip.ts'
import { type Job, orderedDuplex } from './ordered.ts'
import { zstd } from './zstd.ts'

const firstBufferBytes = 1024 * 1024

/**
 * Takes what `encode` wrote and gives the raw bytes, or is destroyed with VERIFY_DECODE, which names the frame or
 * member and its byte: for anything damaged, cut anywhere, added, missing or out of order. With `none` there
 * is nothing to see it by; there, as for bits that change nothing in what comes out, only the digest tells. Frees
 * input that is marked as owned, and marks its output.
 */
export function decode(compression: Compression, options: TransformOptions = {}): Duplex {
  // One job more than can run, so that no thread waits for the next frame; whoever reads is slower.
  const heldBlocks = options.heldBlocks ?? threads() + 1
  switch (compression.algorithm) {
    case 'zstd':
      return decodeUnits(zstd, heldBlocks)
    case 'gzip':
      return decodeUnits(gzip, heldBlocks)
    case 'none':
      return new Transform({ transform: (chunk, _encoding, callback) => callback(null, chunk) })
  }
}

function decodeUnits(format: Format, heldBlocks: number): Duplex {
  const pool = createBufferPool(firstBufferBytes)
  const index = format.createIndex()
  let number = 1
  let start = 0
  let over = false
  let parser: UnitParser | undefined
  let buffer = pool.take()
  let filled = 0
  let needed = 0

  function damage(reason: string, cause?: unknown): HoldfastError {
    return damageIn(`${format.unitName} ${number} at byte ${start}`, reason, cause)
  }

  // Brings the unit forward by what has been read; resolves to the unit once all of it is there.
  function advance(): IteratorResult<number, Unit | undefined> {
    parser ??= format.parse(index)
    let step: IteratorResult<number, Unit | undefined>
    try {
      do step = parser.next(buffer)
      while (step.done !== true && step.value <= filled)
    } catch (error) {
      throw damage((error as Error).message, error)
    }
    if (step.done !== true) needed = step.value
    return step
  }

  function reserve(bytes: number): void {
    if (bytes <= buffer.length) return
    const larger = Buffer.allocUnsafeSlow(
      Math.min(Math.max(bytes, buffer.length * 2), Math.max(bytes, maxUnitBytes)),
    )
    buffer.copy(larger, 0, 0, filled)
    buffer = larger
  }

  function job(unit: Unit): Job<Buffer> {
    const stored = buffer
    const place = `${format.unitName} ${number} at byte ${start}`
    index.add(unit)
    start += unit.storedBytes
    number++
    buffer = pool.take()
    filled = 0
    needed = 0
    parser = undefined
    return async () => {
      try {
        return markOwned(await format.decompress(stored.subarray(0, unit.storedBytes), unit))
      } catch (error) {
        throw damageIn(place, (error as Error).message, error)
      } finally {
        pool.give(stored)
      }
    }
  }

  return orderedDuplex<Buffer>(
    {
      *cut(chunk) {
        for (let at = 0; at < chunk.length;) {
          if (over) throw damage('there are bytes after the end')
          if (parser === undefined) advance()
          reserve(needed)
          const copied = chunk.copy(buffer, filled, at, at + needed - filled)
          at += copied
          filled += copied
          if (filled < needed) continue
          const step = advance()
          if (step.done !== true) continue
          if (step.value !== undefined) yield job(step.value)
          else {
            start += filled
            filled = 0
            over = true
          }
        }
        freeOwned(chunk)
      },
      finish() {
        if (over) return [].values()
        throw filled === 0
          ? damage('the data ends here, without its end mark: it was cut')
          : damage(`the data ends ${filled} bytes into this ${format.unitName}: it was cut`)
      },
      emit: (raw) => raw,
      trailer: () => Buffer.alloc(0),
    },
    { running: heldBlocks, held: heldBlocks },
  )
}

function damageIn(place: string, reason: string, cause?: unknown): HoldfastError {
  return damageOf(`${place}: ${reason}`, cause)
}
