import assert from 'node:assert/strict'
import { notificationEvents, type Notification } from '@holdfast/plugin'
import type { AcceptedMessage, NotifierCase } from '../case.ts'
import { onlyNew, says } from '../reading.ts'

export const tellingCases: readonly NotifierCase[] = [
  {
    topic: 'telling',
    name: 'accepted',
    promise: 'notify resolves once the service has accepted the message, and not before',
    async run({ notifier, notification, signal, become, accepted, promptly }) {
      for (const mode of ['accept', 'slow'] as const) {
        await become(mode)
        const before = (await accepted()).length
        await promptly('notify', notifier.notify(notification('backup.failed'), signal))
        onlyNew(await accepted(), before, `notify, of a service in the mode ${mode},`)
      }
    },
  },
  {
    topic: 'telling',
    name: 'every event',
    promise: 'every event can be told, and the message says of which job',
    async run({ notifier, notification, signal, capabilities, accepted, promptly }) {
      for (const event of notificationEvents) {
        const before = (await accepted()).length
        await promptly(`notify(${event})`, notifier.notify(notification(event), signal))
        const after = await accepted()
        if (capabilities.silent.includes(event)) {
          assert.ok(
            after.length === before,
            `notify(${event}) sent a message, and the event is said to be silent`,
          )
          continue
        }
        const message = onlyNew(after, before, `notify(${event})`)
        const isSaid = !capabilities.words || says(message, 'shop')
        assert.ok(isSaid, `the message of ${event} does not say of which job it is`)
      }
    },
  },
  {
    topic: 'telling',
    name: 'what went wrong',
    promise: 'the message of a failure says what went wrong and what to do',
    async run({ notifier, notification, signal, capabilities, accepted, promptly, skip }) {
      if (!capabilities.words) return skip('a message has no room for words')
      const failure = notification('backup.failed')
      await promptly('notify', notifier.notify(failure, signal))
      const message = onlyNew(await accepted(), 0, 'notify')
      for (const words of [failure.error?.message, failure.error?.hint]) {
        assert.ok(says(message, words ?? ''), `the message does not say: ${words}`)
      }
    },
  },
  {
    topic: 'telling',
    name: 'little is known',
    promise: 'a report, an error, a history and a next run may all be missing',
    async run({ notifier, notification, signal, capabilities, accepted, promptly }) {
      for (const event of notificationEvents) {
        const { schemaVersion, id, job, at, test, summary, quietened, commands } = notification(event)
        const { look } = commands
        const bare: Notification = {
          schemaVersion,
          id,
          event,
          job,
          at,
          test,
          summary,
          quietened,
          history: { sizes: [], failures: 0 },
          commands: { look },
        }
        const before = (await accepted()).length
        await promptly(`notify(${event})`, notifier.notify(bare, signal))
        if (!capabilities.silent.includes(event)) onlyNew(await accepted(), before, `notify(${event})`)
      }
    },
  },
  {
    topic: 'telling',
    name: 'a test',
    promise: 'a test message says that it is one',
    async run({ notifier, notification, signal, capabilities, accepted, promptly, skip }) {
      if (!capabilities.words) return skip('a message has no room for words')
      const test = notification('backup.failed', { test: true, summary: 'shop: nothing has happened' })
      await promptly('notify', notifier.notify(test, signal))
      const message = onlyNew(await accepted(), 0, 'notify')
      const isSaid = isMarked(message) || ['test', 'Test', 'TEST'].some((word) => says(message, word))
      assert.ok(isSaid, 'the message of a test does not say that it is one')
    },
  },
]

/** Programs are told by the field that says so. */
function isMarked({ parts }: AcceptedMessage): boolean {
  return parts.some(({ form, content }) => form === 'json' && /"test":\s*true/.test(content))
}
