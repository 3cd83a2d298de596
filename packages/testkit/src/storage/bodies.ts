import { Readable } from 'node:stream'

const chunkBytes = 65_536

/** Bytes in which any shift, swap or cut shows: no stretch of them comes twice. */
export function patterned(length: number, seed = 1): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = seed
  for (let index = 0; index < words.length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    words[index] = state
  }
  return Buffer.from(words.buffer, 0, length)
}

export function bodyOf(content: Buffer | string, bytesAtOnce = chunkBytes): Readable {
  const bytes = Buffer.from(content)
  const chunks = Array.from({ length: Math.ceil(bytes.length / bytesAtOnce) }, (_, index) =>
    bytes.subarray(index * bytesAtOnce, (index + 1) * bytesAtOnce),
  )
  return quiet(Readable.from(chunks, { objectMode: false }))
}

/** A body that gives its bytes and then nothing, until it is told how to go on. */
export interface HeldBody {
  body: Readable
  /** Resolves when all bytes so far have been taken and more are asked for. */
  taken: Promise<void>
  end(): void
  /** Breaks with the error, or closes without an end. */
  die(error?: Error): void
}

export function heldBody(bytes: Buffer): HeldBody {
  const { promise: taken, resolve } = Promise.withResolvers<void>()
  let at = 0
  const body = new Readable({
    // Nothing is read ahead, so that what was asked for was taken.
    highWaterMark: 1,
    read() {
      if (at === bytes.length) {
        resolve()
        return
      }
      const chunk = bytes.subarray(at, at + chunkBytes)
      at += chunk.length
      this.push(chunk)
    },
  })
  quiet(body)
  return {
    body,
    taken,
    end: () => void body.push(null),
    die: (error) => {
      doomed.add(body)
      body.destroy(error)
    },
  }
}

// A storage that never reads the body leaves its error to nobody.
function quiet(body: Readable): Readable {
  return body.on('error', () => {})
}

const doomed = new WeakSet<Readable>()

/** True for a body that a case broke on purpose: then a put may fail with the body's own error. */
export function isDoomed(body: Readable): boolean {
  return doomed.has(body)
}
