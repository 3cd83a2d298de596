import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'

/** Passes bytes through unchanged and keeps count of them. */
export interface Digest extends Transform {
  /** How many bytes have passed so far. */
  bytes(): number
  /** Lower-case hex, of everything that passed. Only after the stream has ended. */
  sha256(): string
}

/** A pass-through, one hop, that computes sha256 and length of what passes. */
export function digest(): Digest {
  const hash = createHash('sha256')
  let bytes = 0
  let sha256: string | undefined
  const stream = new Transform({
    highWaterMark: 1024 * 1024,
    transform(chunk: Buffer, _encoding, callback) {
      hash.update(chunk)
      bytes += chunk.length
      callback(null, chunk)
    },
    flush(callback) {
      sha256 = hash.digest('hex')
      callback()
    },
  })
  return Object.assign(stream, {
    bytes: () => bytes,
    sha256() {
      if (sha256 === undefined) throw new Error('the digest is known only once the stream has ended')
      return sha256
    },
  })
}
