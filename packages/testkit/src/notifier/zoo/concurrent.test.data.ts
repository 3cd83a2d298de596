import { setTimeout as sleep } from 'node:timers/promises'
import type { AcceptedMessage } from '../case.ts'
import { faulty, type Animal } from './animal.test.data.ts'
import { request } from './honest.test.data.ts'

/** Faults of several calls at the same time. */
export const atOnce: readonly Animal[] = [
  faulty('several at once', 'drops messages while it is busy', (honest) => {
    let isBusy = false
    return {
      notify: async (notification, signal) => {
        if (isBusy) return
        isBusy = true
        await honest.notify(notification, signal).finally(() => (isBusy = false))
      },
    }
  }),
  faulty('several at once', 'keeps its message where all calls share it', (_, { url, write }) => {
    let message: AcceptedMessage
    return {
      notify: async (notification, signal) => {
        message = write(notification)
        await sleep(10)
        await request(url, { signal, body: message })
      },
    }
  }),
  faulty('one of them cancelled', 'cancels all with one', (honest) => {
    const all = new AbortController()
    return {
      notify: (notification, signal) => {
        signal.addEventListener('abort', () => all.abort())
        return honest.notify(notification, AbortSignal.any([signal, all.signal]))
      },
    }
  }),
]
