import { pipeline, Transform, type Readable } from 'node:stream'
import type { Storage } from '@holdfast/plugin'
import { listInTime } from './list-in-time.ts'
import { watchProgress } from './progress.ts'
import { relay } from './relay.ts'
import { settleMs, tooSlow } from './too-slow.ts'

/** How much lies between a storage and whoever reads or writes, in bytes. */
const bufferBytes = 1 << 20

/**
 * Waits for a storage only as long as it moves. A call that for `limitMs` gives no answer, takes no byte of a body that
 * is there, or gives no byte to a reader who waits, is cancelled and fails with STORAGE_TIMEOUT. The time of a slow
 * source or of a slow reader is not the storage's. A cancelled call ends soon, whether the storage hears its signal or
 * not. Goes directly around the plugin's own storage.
 */
export function patient(storage: Storage, { limitMs }: { limitMs: number }): Storage {
  const answer = <Result>(
    signal: AbortSignal,
    call: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> => inTime({ failing: 'did not answer', limitMs, signal, call })

  return {
    check: (signal) => answer(signal, (either) => storage.check(either)),
    put: (key, body, options) => {
      const passed = passOn(body)
      return inTime({
        failing: 'took nothing',
        limitMs,
        signal: options.signal,
        passed,
        call: (signal) => storage.put(key, passed.stream, { ...options, signal }),
      })
    },
    get: async (key, options) => {
      const call = (signal: AbortSignal): Promise<Readable> => storage.get(key, { ...options, signal })
      const stored = await answer(options.signal, call)
      let givenBytes = 0
      const stream = relay(stored, {
        failed: (error) => error,
        onBytes: (bytes) => {
          givenBytes += bytes
        },
      })
      const stop = watchProgress({
        limitMs,
        measure: () => givenBytes,
        isWaiting: () => stream.readableLength === 0 && !stored.readableEnded,
        onStall: () => stream.destroy(tooSlow('gave nothing', limitMs)),
      })
      return stream.once('close', stop)
    },
    stat: (key, signal) => answer(signal, (either) => storage.stat(key, either)),
    list: (prefix, signal) => listInTime(storage, prefix, { limitMs, signal }),
    remove: (key, signal) => answer(signal, (either) => storage.remove(key, either)),
    location: (key) => storage.location(key),
    removeUnfinished: (prefix, before, signal) =>
      answer(signal, async (either) => (await storage.removeUnfinished?.(prefix, before, either)) ?? 0),
  }
}

interface Passed {
  stream: Transform
  /** How much has come in. */
  givenBytes: () => number
}

/** The same bytes and the same end, in a stream that can be watched. */
function passOn(from: Readable): Passed {
  let givenBytes = 0
  const stream = new Transform({
    highWaterMark: bufferBytes,
    transform(chunk: Buffer, _encoding, done) {
      givenBytes += chunk.length
      done(null, chunk)
    },
  })
  // Each error is told by the other stream as well.
  from.on('error', () => {})
  stream.on('error', () => {})
  pipeline(from, stream, () => {})
  return { stream, givenBytes: () => givenBytes }
}

interface TimedCall<Result> {
  /** What it does when it fails, as in `the storage took nothing for 600 s`. */
  failing: string
  limitMs: number
  signal: AbortSignal
  /** The body of a put. */
  passed?: Passed
  call: (signal: AbortSignal) => Promise<Result>
}

async function inTime<Result>({
  failing,
  limitMs,
  signal,
  passed,
  call,
}: TimedCall<Result>): Promise<Result> {
  const stop = new AbortController()
  const { promise: givenUp, reject } = Promise.withResolvers<never>()
  let settling: NodeJS.Timeout | undefined
  let over = false
  const settle = (): void => {
    if (over) return
    settling ??= setTimeout(
      () => {
        reject(signal.aborted ? signal.reason : (passed?.stream.errored ?? tooSlow(failing, limitMs)))
      },
      Math.min(limitMs, settleMs),
    )
  }
  const body = passed?.stream
  const stopWatching = watchProgress({
    limitMs,
    measure: () => (passed === undefined ? 0 : passed.givenBytes() - passed.stream.readableLength),
    isWaiting: () => body === undefined || body.readableLength > 0 || body.writableEnded,
    onStall: () => {
      const error = tooSlow(failing, limitMs)
      stop.abort(error)
      reject(error)
    },
  })
  signal.addEventListener('abort', settle)
  if (signal.aborted) settle()
  body?.once('close', () => body.readableEnded || settle())
  const calling = call(AbortSignal.any([signal, stop.signal]))
  // Given up, it is nobody's any more.
  calling.catch(() => {})
  try {
    return await Promise.race([calling, givenUp])
  } finally {
    over = true
    stopWatching()
    clearTimeout(settling)
    signal.removeEventListener('abort', settle)
  }
}
