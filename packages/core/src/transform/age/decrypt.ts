import { freeOwned, HoldfastError, markOwned } from '@holdfast/plugin'
import { damage } from '../damage.ts'
import { headerEnd, magic } from './header.ts'
import { nonceBytes, openChunk, payloadKey, storedChunkBytes } from './payload.ts'
import type { Unlock } from './unlock.ts'

/** How the forms begin that an object has where it is not encrypted: zstd, gzip, pg_dump's custom format, its SQL. */
const plainStarts = [
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  Buffer.from([0x1f, 0x8b]),
  Buffer.from('PGDMP'),
  Buffer.from('--\n'),
]

/**
 * Takes an age file and gives its raw bytes, each only after it has proved to be what was written there. Throws
 * VERIFY_DECODE, which names the chunk and its byte, for anything damaged, cut anywhere, added or out of order;
 * VERIFY_UNENCRYPTED for what is no age file but a plain dump; and what `unlock` throws. Marks its output as owned.
 */
export async function* decryptAge(unlock: Unlock, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let header: Buffer = Buffer.alloc(0)
  let key: Buffer | undefined
  // A whole chunk waits here until it is known whether another one follows.
  const held = Buffer.allocUnsafeSlow(storedChunkBytes)
  let filled = 0
  let start = 0
  let chunk = 0

  for await (const piece of source) {
    let stored = piece
    if (key === undefined) {
      header = Buffer.concat([header, piece])
      const end = headerEnd(header)
      if (end === undefined || header.length < end + nonceBytes) {
        refuseForeign(header)
        continue
      }
      key = await openKey(header, end, unlock)
      start = end + nonceBytes
      stored = header.subarray(start)
      header = Buffer.alloc(0)
    }
    for (let at = 0; at < stored.length;) {
      if (filled === held.length) yield open(false)
      const copied = stored.copy(held, filled, at)
      filled += copied
      at += copied
    }
    freeOwned(stored)
  }
  if (key === undefined) {
    refuseForeign(header)
    throw damage(`the data ends after ${header.length} bytes, inside the age header: it was cut`)
  }
  yield open(true)

  function open(isLast: boolean): Buffer {
    const place = `chunk ${chunk + 1} at byte ${start}`
    if (filled === 0) throw damage(`${place}: the data ends here, without its last chunk: it was cut`)
    const raw = openChunk(key as Buffer, chunk, isLast, held.subarray(0, filled))
    if (raw === undefined) {
      throw damage(
        isLast
          ? `${place}: is not the last chunk as it was written: it was cut or damaged`
          : `${place}: is not what was written there: it was damaged or moved`,
      )
    }
    if (raw.length === 0 && chunk > 0) throw damage(`${place}: is empty, which no file needs`)
    start += filled
    filled = 0
    chunk++
    return markOwned(raw)
  }
}

async function openKey(header: Buffer, end: number, unlock: Unlock): Promise<Buffer> {
  refuseForeign(header)
  return payloadKey(await unlock(header.subarray(0, end)), header.subarray(end, end + nonceBytes))
}

function refuseForeign(start: Buffer): void {
  const length = Math.min(start.length, magic.length)
  if (start.subarray(0, length).equals(magic.subarray(0, length))) return
  if (plainStarts.some((plain) => start.subarray(0, plain.length).equals(plain))) {
    throw new HoldfastError('VERIFY_UNENCRYPTED', 'the object should be encrypted and is not', {
      hint: 'Somebody replaced it. Use another copy or another backup, and find out who can write to the storage.',
    })
  }
  throw damage('the object does not begin as an age file does')
}
