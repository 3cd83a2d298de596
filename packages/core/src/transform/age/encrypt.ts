import { randomBytes } from 'node:crypto'
import { freeOwned, markOwned } from '@holdfast/plugin'
import type { AgeHeader } from './header.ts'
import { chunkBytes, nonceBytes, payloadKey, sealChunk, storedChunkBytes, tagBytes } from './payload.ts'

/**
 * Takes raw bytes and gives an age file. Every header is for one file only. Frees input that is marked as owned, and
 * marks its output.
 */
export async function* encryptAge(
  { bytes: header, fileKey }: AgeHeader,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const nonce = randomBytes(nonceBytes)
  const key = payloadKey(fileKey, nonce)
  yield Buffer.concat([header, nonce])

  // A full chunk waits here until it is known whether another one follows.
  const held = Buffer.allocUnsafeSlow(chunkBytes)
  let filled = 0
  let chunk = 0

  for await (const raw of source) {
    const chunks = Math.max(Math.ceil((filled + raw.length) / chunkBytes) - 1, 0)
    const sealed = Buffer.allocUnsafeSlow(chunks * storedChunkBytes)
    let at = 0
    for (let index = 0; index < chunks; index++) {
      const fromHeld = filled > 0
      if (fromHeld) at += raw.copy(held, filled, at)
      const next = fromHeld ? held : raw.subarray(at, at + chunkBytes)
      if (!fromHeld) at += chunkBytes
      filled = 0
      put(sealed, index * storedChunkBytes, next, false)
    }
    filled += raw.copy(held, filled, at)
    freeOwned(raw)
    if (sealed.length > 0) yield markOwned(sealed)
  }
  const last = Buffer.allocUnsafeSlow(filled + tagBytes)
  put(last, 0, held.subarray(0, filled), true)
  yield last

  function put(target: Buffer, start: number, next: Buffer, isLast: boolean): void {
    const { bytes, tag } = sealChunk(key, chunk, isLast, next)
    chunk++
    bytes.copy(target, start)
    tag.copy(target, start + bytes.length)
    freeOwned(markOwned(bytes))
  }
}
