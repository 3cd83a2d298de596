import { setTimeout as sleep } from 'node:timers/promises'
import { isHoldfastError, type Storage } from '@holdfast/plugin'

export interface RetryOptions {
  /** How often a call is made at most, the first time included. */
  attempts?: number
  /** Waits between two attempts; rejects when the signal aborts. */
  delay?: (delayMs: number, signal: AbortSignal) => Promise<void>
  /** Between 0 and 1, for the jitter. */
  random?: () => number
}

const firstDelayMs = 500

/**
 * Repeats whole calls that failed with a `retryable` error: 3 attempts, with about 0.5 and 1 second between
 * them. `get` is repeated until there is a stream, `list` until its first object; later errors are thrown on, because
 * what was already given can not be taken back. `put` is never repeated: its body can be read only once.
 * Goes outermost, around `place`, which keeps what an error says about being retryable.
 */
export function retry(storage: Storage, options: RetryOptions = {}): Storage {
  const again = <Result>(signal: AbortSignal, call: () => Promise<Result>): Promise<Result> =>
    retryCall(call, signal, options)

  return {
    check: (signal) => again(signal, () => storage.check(signal)),
    put: (key, body, putOptions) => storage.put(key, body, putOptions),
    get: (key, getOptions) => again(getOptions.signal, () => storage.get(key, getOptions)),
    stat: (key, signal) => again(signal, () => storage.stat(key, signal)),
    async *list(prefix, signal) {
      const [first, objects] = await again(signal, async () => {
        const iterator = storage.list(prefix, signal)[Symbol.asyncIterator]()
        return [await iterator.next(), iterator] as const
      })
      if (first.done === true) return
      try {
        yield first.value
        yield* { [Symbol.asyncIterator]: () => objects }
      } finally {
        // For those who stop at the first one.
        await objects.return?.()
      }
    },
    remove: (key, signal) => again(signal, () => storage.remove(key, signal)),
    location: (key) => storage.location(key),
    removeUnfinished: (prefix, before, signal) =>
      again(signal, async () => (await storage.removeUnfinished?.(prefix, before, signal)) ?? 0),
  }
}

/** Makes a call that may be repeated, until it succeeds, fails for good, or has been made often enough. */
export async function retryCall<Result>(
  call: () => Promise<Result>,
  signal: AbortSignal,
  { attempts = 3, delay = wait, random = Math.random }: RetryOptions = {},
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      if (attempt >= attempts || signal.aborted || !isHoldfastError(error) || !error.retryable) throw error
      await delay(firstDelayMs * 2 ** (attempt - 1) * (0.5 + random()), signal)
    }
  }
}

async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted())
}
