import type { Readable } from 'node:stream'

/** A part of a body. All but the last are of the same length; the last may be empty only where it is the only one. */
export interface Part {
  bytes: Buffer
  start: number
  isLast: boolean
}

/** Cuts a body into parts. One is only given when it is known whether more comes, so that no body that broke has a last part. */
export async function* partsOf(
  body: Readable,
  partBytes: number,
  onBytes: (chunk: Buffer, total: number) => void,
): AsyncGenerator<Part, void> {
  let chunks: Buffer[] = []
  let held = 0
  let start = 0
  let total = 0
  for await (const chunk of body as AsyncIterable<Buffer | string>) {
    let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    total += rest.length
    onBytes(rest, total)
    while (rest.length > 0) {
      if (held === partBytes) {
        yield { bytes: Buffer.concat(chunks, held), start, isLast: false }
        start += held
        chunks = []
        held = 0
      }
      const taken = rest.subarray(0, partBytes - held)
      chunks.push(taken)
      held += taken.length
      rest = rest.subarray(taken.length)
    }
  }
  yield { bytes: Buffer.concat(chunks, held), start, isLast: true }
}
