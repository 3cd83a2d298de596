import type { ObjectInfo, Storage } from '@holdfast/plugin'
import { watchProgress } from './progress.ts'
import { settleMs, tooSlow } from './too-slow.ts'

/** The objects of a storage that gives the next one in time, as `patient` has it. */
export async function* listInTime(
  storage: Storage,
  prefix: string,
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
): ReturnType<Storage['list']> {
  const stop = new AbortController()
  const objects = storage.list(prefix, AbortSignal.any([signal, stop.signal]))[Symbol.asyncIterator]()
  // One watch for all objects: there may be tens of thousands, and most come with others.
  let asked = 0
  let fail: ((error: unknown) => void) | undefined
  const stopWatching = watchProgress({
    limitMs,
    measure: () => asked,
    isWaiting: () => fail !== undefined,
    onStall: () => fail?.(tooSlow('did not answer', limitMs)),
  })
  let settling: NodeJS.Timeout | undefined
  const settle = (): void => {
    settling ??= setTimeout(
      () => {
        settling = undefined
        fail?.(signal.reason)
      },
      Math.min(limitMs, settleMs),
    )
  }
  signal.addEventListener('abort', settle)
  try {
    for (;;) {
      if (signal.aborted) settle()
      const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<ObjectInfo>>()
      asked += 1
      fail = reject
      objects.next().then(resolve, reject)
      const next = await promise
      fail = undefined
      if (next.done === true) return
      yield next.value
    }
  } finally {
    stopWatching()
    clearTimeout(settling)
    signal.removeEventListener('abort', settle)
    stop.abort()
    // Not waited for: one that hangs would hang here as well.
    objects.return?.().catch(() => {})
  }
}
