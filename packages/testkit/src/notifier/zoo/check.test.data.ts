import type { Notification } from '@holdfast/plugin'
import { faulty, type Animal } from './animal.test.data.ts'
import { request, token } from './honest.test.data.ts'

const never = new AbortController().signal

/** Faults of `check`. */
export const whenChecking: readonly Animal[] = [
  faulty('check', 'sends a message to see whether it can', (honest, { url, write }) => ({
    check: async (signal) => {
      const body = write({
        job: 'x',
        event: 'backup.started',
        summary: '',
        commands: { look: '' },
      } as Notification)
      await request(url, { signal, body })
      return 'it arrived'
    },
  })),
  faulty('check', 'shows its token in what check says', () => ({
    check: () => Promise.resolve(`ready to send with ${token}`),
  })),
  faulty('check of what does not work', 'finds everything in order without a look', () => ({
    check: () => Promise.resolve('all is well'),
  })),
  faulty('cancelled check', 'does not listen to the signal of a check', (honest) => ({
    check: () => honest.check?.(never) ?? Promise.resolve(''),
  })),
]
