import type { Readable } from 'node:stream'
import { freeOwned, HoldfastError, recycledMemory } from '@holdfast/plugin'
import { mostBytes, tooLarge } from './parts.ts'

/** A piece of a body. */
export interface Part {
  /** From 1 on. */
  number: number
  bytes: Buffer
  isLast: boolean
}

export interface CutOptions {
  location: string
  sizeOf: (partNumber: number) => number
  /** The exact length of the whole, where it is known. */
  bytes?: number | undefined
  onBytes: (bytes: Buffer) => void
}

/**
 * Cuts a body into parts, reading no further than it is asked for. At least one comes, and only the last may be empty.
 * Parts are marked as owned: the memory of those that are freed is used for the next ones.
 * Throws STORAGE_LENGTH before the last part where the body is not as long as was told.
 */
export async function* cut(
  body: Readable,
  { location, sizeOf, bytes: expected, onBytes }: CutOptions,
): AsyncGenerator<Part> {
  const take = recycledMemory()
  let total = 0
  let number = 1
  let size = sizeOf(number)
  let part: Buffer | undefined
  let filled = 0
  for await (const chunk of body as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    total += bytes.length
    if (expected !== undefined && total > expected)
      throw wrongLength(location, `more than ${expected} bytes came`)
    if (total > mostBytes) throw tooLarge(location, 'more')
    onBytes(bytes)
    for (let at = 0; at < bytes.length;) {
      // A part is given once there is more, so that the last one is known to be the last.
      if (part !== undefined && filled === size) {
        yield { number, bytes: part, isLast: false }
        part = undefined
        filled = 0
        number++
        size = sizeOf(number)
      }
      part ??= take(Math.min(size, expected ?? size))
      const copied = bytes.copy(part, filled, at)
      at += copied
      filled += copied
    }
    freeOwned(bytes)
  }
  if (expected !== undefined && total !== expected) {
    throw wrongLength(location, `${total} bytes came, not ${expected}`)
  }
  yield { number, bytes: part?.subarray(0, filled) ?? Buffer.alloc(0), isLast: true }
}

function wrongLength(location: string, what: string): HoldfastError {
  return new HoldfastError('STORAGE_LENGTH', `${location}: ${what}`, { hint: 'Nothing was kept. Run again.' })
}
