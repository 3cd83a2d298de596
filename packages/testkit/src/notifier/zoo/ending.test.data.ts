import { HoldfastError } from '@holdfast/plugin'
import { faulty, type Animal } from './animal.test.data.ts'

const unavailable = new HoldfastError('NOTIFY_UNAVAILABLE', 'not now', { retryable: true })
const never = new AbortController().signal

/** Faults of calls that are to end before they are done. */
export const whenEnding: readonly Animal[] = [
  faulty('timed out', 'does not listen to its signal', (honest) => ({
    notify: (notification) => honest.notify(notification, never),
  })),
  faulty('timed out', 'takes a time that is over for a success', (honest) => ({
    notify: (notification, signal) =>
      honest.notify(notification, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error
      }),
  })),
  faulty('cancelled', 'lets its connection hang when it is cancelled', (honest) => ({
    notify: (notification, signal) => {
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(unavailable))
      if (signal.aborted) reject(unavailable)
      const hanging = honest.notify(notification, never)
      hanging.catch(() => {})
      return Promise.race([hanging, promise])
    },
  })),
  faulty('cancelled before', 'looks at its signal when it is too late', (honest) => ({
    notify: async (notification, signal) => {
      await honest.notify(notification, never)
      signal.throwIfAborted()
    },
  })),
]
