import type { Storage } from '@holdfast/plugin'
import { seenErrors } from '../seen-errors.ts'
import { quoted } from './assertions.ts'
import { isDoomed } from './bodies.ts'

/** A storage that remembers every error it gave. */
export interface WatchedStorage {
  storage: Storage
  /** The call that an error came from, or undefined where it came from none. */
  callOf: (error: unknown) => string | undefined
  /** Throws unless every error so far was one of the family and carried no secret. */
  verifyErrors: (secrets: readonly string[]) => void
}

export function watch(inner: Storage): WatchedStorage {
  const { add, watched, callOf, verify } = seenErrors()
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
          stream.on('error', (error) => add(call, error, options.signal.aborted))
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
        add(`list(${quoted(prefix)})`, error, signal.aborted)
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
    callOf,
    verifyErrors: (secrets) => verify('STORAGE_', secrets),
  }
}
