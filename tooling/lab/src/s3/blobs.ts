import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes at rest: small ones in memory, others in a file, so that a test can measure memory. */
export interface Blob {
  length: number
  pieces: readonly Piece[]
}

interface Piece {
  length: number
  /** How much of the content is left out at its start, in bytes. */
  skipped?: number
  /** In memory, or the path of a file. */
  content: Buffer | string
}

const inMemoryBytes = 16_384

export interface Blobs {
  keep(bytes: Buffer): Promise<Blob>
  close(): Promise<void>
}

export async function openBlobs(): Promise<Blobs> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-s3-double-'))
  let count = 0
  return {
    async keep(bytes) {
      const { length } = bytes
      if (length <= inMemoryBytes) return { length, pieces: [{ length, content: Buffer.from(bytes) }] }
      const path = join(directory, String(count++))
      await writeFile(path, bytes)
      return { length, pieces: [{ length, content: path }] }
    },
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

export function joined(blobs: readonly Blob[]): Blob {
  return {
    length: blobs.reduce((sum, { length }) => sum + length, 0),
    pieces: blobs.flatMap(({ pieces }) => pieces),
  }
}

/** The same without its last byte. */
export function shortened({ length, pieces }: Blob): Blob {
  const last = pieces.at(-1)
  if (last === undefined || length === 0) return { length, pieces }
  return { length: length - 1, pieces: [...pieces.slice(0, -1), { ...last, length: last.length - 1 }] }
}

/** The same with another first byte. */
export function flipped({ length, pieces: [first, ...others] }: Blob, byte: number): Blob {
  if (first === undefined || length === 0) return { length, pieces: [] }
  const rest = { ...first, length: first.length - 1, skipped: 1 }
  return { length, pieces: [{ length: 1, content: Buffer.of(byte) }, rest, ...others] }
}

/** Bytes from `start` up to, not including, `end`. */
export async function* bytesOf(
  { pieces }: Blob,
  start = 0,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  let at = 0
  for (const { length, skipped = 0, content } of pieces) {
    const from = Math.max(start - at, 0) + skipped
    const to = Math.min(end - at, length) + skipped
    at += length
    if (from >= to) continue
    if (typeof content === 'string') {
      yield* createReadStream(content, { start: from, end: to - 1 }) as AsyncIterable<Buffer>
    } else {
      yield content.subarray(from, to)
    }
  }
}
