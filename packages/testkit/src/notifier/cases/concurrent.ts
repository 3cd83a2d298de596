import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NotifierCase } from '../case.ts'
import { says } from '../reading.ts'

const jobs = ['apple', 'banana', 'cherry', 'damson', 'elder', 'fig', 'grape', 'hazel']

export const concurrentCases: readonly NotifierCase[] = [
  {
    topic: 'at once',
    name: 'several at once',
    promise: 'of several messages at once each arrives, once and whole',
    async run({ notifier, notification, signal, capabilities, become, accepted, promptly }) {
      await become('slow')
      const telling = jobs.map((job, index) => {
        const changes = {
          job,
          summary: `${job}: it was so`,
          id: `018f3b1e-6f3c-4c1f-9d55-2f1d2a0f7c2${index}`,
        }
        // Without a report, which would have another job in it.
        const { report: _report, ...bare } = notification('backup.failed', changes)
        return notifier.notify(bare, signal)
      })
      await promptly('notify, several at once,', Promise.all(telling))
      const messages = await accepted()
      assert.ok(
        messages.length === jobs.length,
        `of ${jobs.length} messages at once ${messages.length} arrived`,
      )
      if (!capabilities.words) return
      for (const job of jobs) {
        const copies = messages.filter((message) => says(message, job)).length
        assert.ok(copies === 1, `of several messages at once, that of ${job} arrived ${copies} times`)
      }
    },
  },
  {
    topic: 'at once',
    name: 'one of them cancelled',
    promise: 'cancelling one of several messages does nothing to the others',
    async run(context) {
      const { notifier, notification, become, accepted, promptly } = context
      await become('slow')
      const cancel = new AbortController()
      const [cancelled, ...others] = jobs.slice(0, 4).map((job, index) => {
        const signal = index === 0 ? AbortSignal.any([context.signal, cancel.signal]) : context.signal
        return notifier.notify(notification('backup.failed', { job }), signal)
      })
      await sleep(20)
      cancel.abort(new Error('cancelled'))
      const what = 'notify beside one that is cancelled'
      const settled = await promptly(what, Promise.allSettled(others))
      const failures = settled.filter(({ status }) => status === 'rejected').length
      assert.ok(
        failures === 0,
        `${failures} of ${others.length} messages failed because another was cancelled`,
      )
      await promptly('notify that is cancelled', Promise.allSettled([cancelled]))
      const arrived = (await accepted()).length
      assert.ok(
        arrived >= others.length,
        `of ${others.length} messages beside a cancelled one ${arrived} arrived`,
      )
    },
  },
]
