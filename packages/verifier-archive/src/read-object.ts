import { createHash } from 'node:crypto'
import { addAbortSignal, PassThrough, type Readable } from 'node:stream'
import { type DataRole, freeOwned, hasCode, type VerifierInput } from '@holdfast/plugin'
import type { DumpReader, DumpReading } from '@holdfast/postgres'

export interface ObjectReading {
  /** The length of what is stored. */
  bytes: number
  /** Lower-case hex, of what is stored. */
  sha256: string
  /** How many bytes could be decoded. */
  rawBytes: number
  /** Why it could not be read or decoded to its end; then `dump` is absent. */
  damage?: Error
  /** What the reader made of the decoded bytes. */
  dump?: DumpReading
}

/**
 * Reads an object from the storage once: length and digest in passing, then decoded, where that can be done, then
 * through the reader. Damage does not end the reading of what is stored, so that length and digest are always told.
 * Undefined where the object is missing; rejects when the storage can not be read.
 */
export async function readObject(
  { open, decode, decodable }: Pick<VerifierInput, 'open' | 'decode' | 'decodable'>,
  role: DataRole,
  reader: DumpReader | undefined,
  signal: AbortSignal,
): Promise<ObjectReading | undefined> {
  const feed = new PassThrough()
  let stored: Readable | undefined
  try {
    stored = await openObject(open, role)
    if (stored === undefined) return undefined
    addAbortSignal(signal, stored)
    feed.on('error', () => undefined)
    const decoding = decodable ? consume(decode(feed), reader) : undecoded()
    const sums = await digest(stored, feed, decoding)
    const { damage = sums.damage, rawBytes } = await decoding
    const { bytes, sha256 } = sums
    if (damage !== undefined) return { bytes, sha256, rawBytes, damage }
    return { bytes, sha256, rawBytes, ...(reader === undefined ? {} : { dump: await reader.finish() }) }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    stored?.destroy()
    feed.destroy()
    await reader?.abandon()
  }
}

async function openObject(open: VerifierInput['open'], role: DataRole): Promise<Readable | undefined> {
  try {
    return await open(role)
  } catch (error) {
    if (hasCode(error, 'STORAGE_NOT_FOUND')) return undefined
    throw error
  }
}

async function digest(
  stored: Readable,
  feed: PassThrough,
  decoding: Promise<unknown>,
): Promise<Pick<ObjectReading, 'bytes' | 'sha256' | 'damage'>> {
  const hash = createHash('sha256')
  // A decoder that has given up takes no more; the rest is read for its length and digest only.
  void decoding.then(() => feed.destroy())
  let bytes = 0
  let damage: Error | undefined
  try {
    for await (const chunk of stored as AsyncIterable<Buffer>) {
      hash.update(chunk)
      bytes += chunk.length
      if (feed.writable && !feed.write(chunk)) await drained(feed)
    }
    feed.end()
  } catch (error) {
    if (!hasCode(error, 'STORAGE_LENGTH') && !hasCode(error, 'STORAGE_RANGE')) throw error
    damage = error
    feed.destroy(error)
  }
  return { bytes, sha256: hash.digest('hex'), ...(damage === undefined ? {} : { damage }) }
}

async function drained(feed: PassThrough): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = () => {
      feed.off('drain', settle)
      feed.off('close', settle)
      resolve()
    }
    feed.on('drain', settle)
    feed.on('close', settle)
  })
}

/** Of what is read as it is stored only. */
function undecoded(): ReturnType<typeof consume> {
  return Promise.resolve({ rawBytes: 0 })
}

async function consume(
  decoded: Readable,
  reader: DumpReader | undefined,
): Promise<Pick<ObjectReading, 'rawBytes' | 'damage'>> {
  let rawBytes = 0
  try {
    for await (const chunk of decoded as AsyncIterable<Buffer>) {
      rawBytes += chunk.length
      await reader?.write(chunk)
      freeOwned(chunk)
    }
    return { rawBytes }
  } catch (error) {
    return { rawBytes, damage: error instanceof Error ? error : new Error(String(error)) }
  }
}
