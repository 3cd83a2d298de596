import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Compression } from '@holdfast/plugin'
import { decode } from './decode.ts'
import { encode } from './encode.ts'

export const zstd: Compression = { algorithm: 'zstd', level: 1 }
export const gzip: Compression = { algorithm: 'gzip', level: 1 }
export const none: Compression = { algorithm: 'none' }
export const blockFormats = [
  ['zstd', zstd],
  ['gzip', gzip],
] as const

export const random = sample(64 * 1024)

/** Bytes that compress somewhat, differ in every block, and are made quickly. */
export function text(bytes: number): Buffer {
  const made = Buffer.alloc(bytes)
  for (let at = 0, line = 0; at < bytes; line++) {
    at += made.write(`${line}\tcustomer ${line % 977}\t{"paid": ${line % 3 === 0}}\t`, at)
    at += random.copy(made, at, (line * 7) % 60_000, ((line * 7) % 60_000) + 12)
  }
  return made
}

function sample(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 64) }, (_, index) =>
    createHash('sha512').update(`${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, bytes)
}

export function cutAt(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(whole.subarray(at, at + size))
    at += size
  }
  return chunks
}

export function through(chunks: readonly Buffer[], stage: NodeJS.ReadWriteStream): Promise<Buffer> {
  const source = Readable.from(chunks, { objectMode: false })
  return buffer(pipeline(source, stage, () => {}) as unknown as Readable)
}

export const encoded = (raw: Buffer, compression: Compression): Promise<Buffer> =>
  through([raw], encode(compression))

/** What decode makes of it: the bytes, or the error. */
export function decoded(stored: Buffer, compression: Compression): Promise<Buffer | Error> {
  return through([stored], decode(compression)).catch((error: unknown) => error as Error)
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
