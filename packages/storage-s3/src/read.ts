import { addAbortSignal, Readable } from 'node:stream'
import { type GetOptions, HoldfastError } from '@holdfast/plugin'
import { failure } from './errors.ts'
import { open, type Opened, requireRange, type Wanted } from './open.ts'
import type { Store } from './store.ts'

/** How often in a row a broken read is taken up again without a byte in between. */
const mostResumes = 3

/** What is read at once and not as it is taken, in bytes. */
const smallBytes = 64 << 10

/**
 * The bytes of an object, read no faster than they are taken. A connection that breaks is taken up again at the
 * byte where it broke, in the same version of the object.
 */
export async function getObject(store: Store, key: string, { signal, range }: GetOptions): Promise<Readable> {
  const wanted = { fullKey: store.place.fullKey(key), location: store.place.location(key) }
  if (range !== undefined) requireRange(range, wanted.location)
  const opened = await open(store, { ...wanted, range }, signal)
  const { start, end, etag } = opened
  if (end - start >= smallBytes) return addAbortSignal(signal, streamOf(store, wanted, opened, signal))
  const small = await readSmall(store, opened, signal)
  if (small !== undefined) return addAbortSignal(signal, streamOfBytes(small))
  const again = await open(store, { ...wanted, etag, range: { start, end } }, signal)
  return addAbortSignal(signal, streamOf(store, wanted, again, signal))
}

/**
 * The bytes of a body that came whole, most often with its headers; undefined for one that did not. It costs a third of
 * what a stream that can be taken up again does, and a listing reads thousands.
 */
async function readSmall(
  { options }: Store,
  { body, start, end }: Opened,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let missing = end - start + 1
  const { promise, resolve } = Promise.withResolvers<void>()
  body
    .on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      missing -= chunk.length
      if (missing < 0) body.destroy()
    })
    .on('error', () => {})
    .on('close', resolve)
  const destroy = (): void => void body.destroy()
  const timer = setTimeout(destroy, options.requestTimeoutMs)
  signal.addEventListener('abort', destroy)
  if (signal.aborted) destroy()
  await promise
  clearTimeout(timer)
  signal.removeEventListener('abort', destroy)
  signal.throwIfAborted()
  return missing === 0 && body.readableEnded ? Buffer.concat(chunks) : undefined
}

function streamOfBytes(bytes: Buffer): Readable {
  return new Readable({
    read() {
      if (bytes.length > 0) this.push(bytes)
      this.push(null)
    },
  })
}

function streamOf(store: Store, wanted: Wanted, opened: Opened, signal: AbortSignal): Readable {
  const gone = new AbortController()
  const chunks = resuming(store, wanted, opened, AbortSignal.any([signal, gone.signal]))
  return new Readable({
    highWaterMark: 1 << 20,
    read() {
      chunks.next().then(
        ({ value, done }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error as Error),
      )
    },
    destroy(error, callback) {
      gone.abort(new Error('the reader has gone'))
      // Never begun, it would not hear of that.
      void chunks.return(undefined)
      opened.body.on('error', () => {}).destroy()
      callback(error)
    },
  })
}

async function* resuming(
  store: Store,
  wanted: Wanted,
  { body: first, start, end, etag }: Opened,
  signal: AbortSignal,
): AsyncGenerator<Buffer, undefined> {
  let at = start
  let body = first
  for (let resumes = 0; ; resumes++) {
    try {
      for await (const chunk of withTimeout(body, store.options.requestTimeoutMs, signal)) {
        if (at + chunk.length > end + 1) throw tooLong(wanted.location, end)
        at += chunk.length
        resumes = 0
        yield chunk
      }
      if (at === end + 1) return
      throw new Error(`the connection ended at byte ${at}, before byte ${end}`)
    } catch (error) {
      signal.throwIfAborted()
      const isLast = resumes >= mostResumes || error instanceof HoldfastError
      if (isLast) throw broken(store, wanted.location, error)
      body = (await open(store, { ...wanted, etag, range: { start: at, end } }, signal)).body
    }
  }
}

/** The chunks of a body; a silence while one is waited for is an error. Destroys the body when it is done or the signal aborts. */
async function* withTimeout(body: Readable, timeoutMs: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const destroy = (): void => void body.destroy(signal.reason as Error)
  signal.addEventListener('abort', destroy, { once: true })
  const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const timer = setTimeout(() => body.destroy(silence(timeoutMs)), timeoutMs)
      const next: IteratorResult<Buffer> = await chunks.next().finally(() => clearTimeout(timer))
      if (next.done === true) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', destroy)
    body.on('error', () => {}).destroy()
  }
}

function silence(timeoutMs: number): Error {
  return Object.assign(new Error(`nothing came for ${timeoutMs} ms`), { name: 'TimeoutError' })
}

function tooLong(location: string, end: number): HoldfastError {
  return new HoldfastError('STORAGE_PROMISE_BROKEN', `${location} went on after byte ${end}, its last`)
}

function broken({ options, service }: Store, location: string, error: unknown): HoldfastError {
  return failure({ operation: 'GetObject', location }, error, { options, service })
}
