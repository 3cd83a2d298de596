import { badlyWritten, faulty, mail, type Animal } from './animal.test.data.ts'
import { writeMail } from './honest.test.data.ts'

/** Faults of what arrives, and of what it says. */
export const whenTelling: readonly Animal[] = [
  faulty('accepted', 'does not wait for the answer', (honest) => ({
    notify: async (notification, signal) => void honest.notify(notification, signal).catch(() => {}),
  })),
  faulty('accepted', 'says everything twice', (honest) => ({
    notify: async (notification, signal) => {
      await honest.notify(notification, signal)
      await honest.notify(notification, signal)
    },
  })),
  faulty('every event', 'knows nothing of missed backups', (honest) => ({
    notify: async (notification, signal) => {
      if (notification.event !== 'backup.missed') await honest.notify(notification, signal)
    },
  })),
  badlyWritten(
    'what went wrong',
    'leaves the hint out',
    mail((_, { job, error }) => ({ parts: [{ form: 'text', content: `${job}: ${error?.message}` }] })),
  ),
  faulty('little is known', 'takes the report for granted', (honest) => ({
    notify: async (notification, signal) => {
      if (!['backup.failed', 'backup.succeeded'].includes(notification.event))
        return honest.notify(notification, signal)
      await honest.notify({ ...notification, summary: notification.report!.status }, signal)
    },
  })),
  badlyWritten('a test', 'does not say that it is a test', (notification) =>
    writeMail({ ...notification, test: false }),
  ),
]
