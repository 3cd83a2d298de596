import type { Readable } from 'node:stream'
import { HoldfastError, isHoldfastError, type Storage } from '@holdfast/plugin'
import { relay } from './relay.ts'

/**
 * Gives every error of a storage its place: the configured name of the plugin it came from. What is not of the
 * family becomes STORAGE_FAILED with the original as cause, also in the middle of a stream. A cancelled call throws
 * the signal's reason, and an error that the body of a `put` brought with it stays what it is. Goes around the
 * plugin's own storage, inside `retry`.
 */
export function place(storage: Storage, plugin: string): Storage {
  const placed = (error: unknown): HoldfastError => {
    if (isHoldfastError(error)) return error.within({ plugin })
    const message = error instanceof Error ? error.message : String(error)
    return new HoldfastError('STORAGE_FAILED', message, { plugin, cause: error })
  }

  async function inPlace<Result>(signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call()
    } catch (error) {
      signal.throwIfAborted()
      throw placed(error)
    }
  }

  return {
    check: (signal) => inPlace(signal, () => storage.check(signal)),
    put: (key, body, options) =>
      inPlace(options.signal, () => storage.put(key, body, options)).catch((error: unknown) => {
        throw broughtBy(body, error) ?? error
      }),
    get: (key, options) =>
      inPlace(options.signal, async () => {
        const { signal } = options
        const failed = (error: Error): Error =>
          signal.aborted && signal.reason instanceof Error ? signal.reason : placed(error)
        return relay(await storage.get(key, options), { failed })
      }),
    stat: (key, signal) => inPlace(signal, () => storage.stat(key, signal)),
    async *list(prefix, signal) {
      try {
        yield* storage.list(prefix, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw placed(error)
      }
    },
    remove: (key, signal) => inPlace(signal, () => storage.remove(key, signal)),
    location: (key) => storage.location(key),
    removeUnfinished: (prefix, before, signal) =>
      inPlace(signal, async () => (await storage.removeUnfinished?.(prefix, before, signal)) ?? 0),
  }
}

// A storage may destroy the body with its own error, so the body's error is the body's only if it is no storage error.
function broughtBy(body: Readable, error: unknown): Error | undefined {
  const own = body.errored
  if (!isHoldfastError(own) || own.code.startsWith('STORAGE_')) return undefined
  return isHoldfastError(error) && (error.code === own.code || error.cause === own) ? own : undefined
}
