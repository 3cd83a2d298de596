import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { fails } from '../../storage/assertions.ts'
import type { NotifierCase, NotifierCaseContext } from '../case.ts'

/** Waits until the service has the connection of a call, where that can be seen. */
async function begun({ service }: NotifierCaseContext): Promise<void> {
  for (let tries = 0; tries < 100 && service.connections?.() === 0; tries++) await sleep(10)
  await sleep(50)
}

export const endingCases: readonly NotifierCase[] = [
  {
    topic: 'ending',
    name: 'timed out',
    promise: 'a service that never answers is given up when the time is over',
    async run(context) {
      const { notifier, notification, become, promptly } = context
      await become('hang')
      const what = 'notify whose time is over'
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(200)])
      await promptly(what, fails(what, notifier.notify(notification(), signal)))
    },
  },
  {
    topic: 'ending',
    name: 'cancelled',
    promise: 'notify ends soon after its signal aborts, and keeps no connection open',
    async run(context) {
      const { notifier, notification, service, become, promptly } = context
      await become('hang')
      const cancel = new AbortController()
      const telling = notifier.notify(notification(), AbortSignal.any([context.signal, cancel.signal]))
      telling.catch(() => {})
      await begun(context)
      cancel.abort(new Error('cancelled'))
      await promptly('notify that is cancelled', fails('notify that is cancelled', telling))
      const { connections } = service
      if (connections === undefined) return
      const closed = async (): Promise<void> => {
        while (connections() > 0) await sleep(10)
      }
      await promptly('the connection of a notify that was cancelled', closed())
    },
  },
  {
    topic: 'ending',
    name: 'cancelled before',
    promise: 'notify whose signal has aborted fails and sends nothing',
    async run({ notifier, notification, service, accepted, promptly }) {
      const tries = service.attempts?.() ?? 0
      const what = 'notify that was cancelled before'
      const signal = AbortSignal.abort(new Error('cancelled'))
      await promptly(what, fails(what, notifier.notify(notification(), signal)))
      await sleep(50)
      assert.ok((await accepted()).length === 0, `${what} sent a message`)
      assert.ok((service.attempts?.() ?? 0) === tries, `${what} called the service`)
    },
  },
]
