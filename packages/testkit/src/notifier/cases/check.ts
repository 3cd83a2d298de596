import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { carriesSecret } from '../../secrets.ts'
import { fails } from '../../storage/assertions.ts'
import { serviceModes, type NotifierCase, type NotifierCaseContext } from '../case.ts'
import { watch } from '../watch.ts'

function checkOf({ notifier, skip }: NotifierCaseContext): (signal: AbortSignal) => Promise<string> {
  if (notifier.check === undefined) return skip('the notifier has no check')
  return async (signal) => (await notifier.check?.(signal)) ?? ''
}

export const checkCases: readonly NotifierCase[] = [
  {
    topic: 'check',
    name: 'check',
    promise: 'check says what the service answered, and sends nothing',
    async run(context) {
      const { signal, secrets, accepted, promptly } = context
      const answer = await promptly('check', checkOf(context)(signal))
      assert.ok(answer.trim() !== '', 'check says nothing')
      assert.ok(!carriesSecret(answer, secrets), 'check shows a secret')
      await sleep(50)
      assert.ok((await accepted()).length === 0, 'check sent a message')
    },
  },
  {
    topic: 'check',
    name: 'check of what does not work',
    promise: 'check fails where a message would',
    async run(context) {
      const { signal, secrets, service, unreachable, become, promptly } = context
      const check = checkOf(context)
      if ((service.modes ?? serviceModes).includes('credentials')) {
        await become('credentials')
        await promptly('check', fails('check with credentials that are refused', check(signal)))
      }
      if (unreachable === undefined) return
      const { notifier, verifyErrors } = watch(await unreachable())
      const what = 'check where nothing listens'
      await promptly(what, fails(what, notifier.check?.(signal) ?? Promise.resolve()))
      verifyErrors(secrets)
    },
  },
  {
    topic: 'check',
    name: 'cancelled check',
    promise: 'check ends soon after its signal aborts',
    async run(context) {
      const check = checkOf(context)
      await context.become('hang')
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(100)])
      await context.promptly('check that is cancelled', fails('check that is cancelled', check(signal)))
    },
  },
]
