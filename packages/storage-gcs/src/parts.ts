import type { Readable } from 'node:stream'
import { freeOwned, recycledMemory } from '@holdfast/plugin'

/** A part of a body. All but the last are of the same length; the last may be empty only where it is the only one. */
export interface Part {
  bytes: Buffer
  start: number
  isLast: boolean
}

/** Cuts a body into parts. One is only given when it is known whether more comes, so that no body that broke has a last part. They are marked as owned: the memory of those that are freed is used for the next. */
export async function* partsOf(
  body: Readable,
  partBytes: number,
  onBytes: (chunk: Buffer, total: number) => void,
): AsyncGenerator<Part, void> {
  const take = recycledMemory()
  let part: Buffer | undefined
  let held = 0
  let start = 0
  let total = 0
  for await (const chunk of body as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    total += bytes.length
    onBytes(bytes, total)
    for (let at = 0; at < bytes.length;) {
      if (part !== undefined && held === partBytes) {
        yield { bytes: part, start, isLast: false }
        start += held
        part = undefined
        held = 0
      }
      part ??= take(partBytes)
      const copied = bytes.copy(part, held, at)
      at += copied
      held += copied
    }
    freeOwned(bytes)
  }
  yield { bytes: part?.subarray(0, held) ?? Buffer.alloc(0), start, isLast: true }
}
