import assert from 'node:assert/strict'
import { isHoldfastError, type Storage } from '@holdfast/plugin'
import { quoted, told } from './assertions.ts'
import { isDoomed } from './bodies.ts'
import { carriesSecret } from '../secrets.ts'

/** A storage that remembers every error it gave. */
export interface WatchedStorage {
  storage: Storage
  /** The call that an error came from, or undefined where it came from none. */
  callOf: (error: unknown) => string | undefined
  /** Throws unless every error so far was one of the family and carried no secret. */
  verifyErrors: (secrets: readonly string[]) => void
}

interface SeenError {
  call: string
  error: unknown
  /** Cancelled, or broken by its body: then the error may be any. */
  isExcused: boolean
}

export function watch(inner: Storage): WatchedStorage {
  const seen: SeenError[] = []

  function watched<Result>(
    call: string,
    isExcused: () => boolean,
    run: () => Promise<Result>,
  ): Promise<Result> {
    const running = (async () => {
      try {
        return await run()
      } catch (error) {
        seen.push({ call, error, isExcused: isExcused() })
        throw error
      }
    })()
    // A case that fails early leaves its other calls to themselves.
    running.catch(() => {})
    return running
  }

  const storage: Storage = {
    check: (signal) =>
      watched(
        'check',
        () => signal.aborted,
        () => inner.check(signal),
      ),
    put: (key, body, options) =>
      watched(
        `put(${quoted(key)})`,
        () => options.signal.aborted || isDoomed(body),
        () => inner.put(key, body, options),
      ),
    get: (key, options) =>
      watched(
        `get(${quoted(key)})`,
        () => options.signal.aborted,
        async () => {
          const stream = await inner.get(key, options)
          const call = `the stream of get(${quoted(key)})`
          stream.on('error', (error) => seen.push({ call, error, isExcused: options.signal.aborted }))
          return stream
        },
      ),
    stat: (key, signal) =>
      watched(
        `stat(${quoted(key)})`,
        () => signal.aborted,
        () => inner.stat(key, signal),
      ),
    async *list(prefix, signal) {
      try {
        yield* inner.list(prefix, signal)
      } catch (error) {
        seen.push({ call: `list(${quoted(prefix)})`, error, isExcused: signal.aborted })
        throw error
      }
    },
    remove: (key, signal) =>
      watched(
        `remove(${quoted(key)})`,
        () => signal.aborted,
        () => inner.remove(key, signal),
      ),
    location: (key) => inner.location(key),
  }
  if (inner.removeUnfinished !== undefined) {
    storage.removeUnfinished = (prefix, before, signal) =>
      watched(
        `removeUnfinished(${quoted(prefix)})`,
        () => signal.aborted,
        async () => (await inner.removeUnfinished?.(prefix, before, signal)) ?? 0,
      )
  }

  return {
    storage,
    callOf: (error) => seen.find((one) => one.error === error)?.call,
    verifyErrors: (secrets) => {
      for (const one of seen) verify(one, secrets)
    },
  }
}

function verify({ call, error, isExcused }: SeenError, secrets: readonly string[]): void {
  assert.ok(!carriesSecret(error, secrets), `an error of ${call} shows a secret`)
  const isOurs = isHoldfastError(error) && error.code.startsWith('STORAGE_')
  assert.ok(
    isOurs || isExcused,
    `${call} failed with ${told(error)}, which is no HoldfastError with a STORAGE_ code`,
  )
}
