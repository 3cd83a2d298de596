import assert from 'node:assert/strict'
import { isHoldfastError, type HoldfastError } from '@holdfast/plugin'
import { fails, told } from '../../storage/assertions.ts'
import {
  retryAfterMs,
  serviceModes,
  type NotifierCase,
  type NotifierCaseContext,
  type ServiceMode,
} from '../case.ts'
import { watch } from '../watch.ts'

/** The error of a call that the service does not take well. */
async function errorIn(mode: ServiceMode, context: NotifierCaseContext): Promise<HoldfastError> {
  const { notifier, notification, signal, become, accepted, promptly } = context
  await become(mode)
  const before = (await accepted()).length
  const what = `notify, of a service in the mode ${mode},`
  const error = await promptly(what, fails(what, notifier.notify(notification('backup.failed'), signal)))
  assert.ok((await accepted()).length === before, `${what} failed, and the message was accepted all the same`)
  assert.ok(isHoldfastError(error), `${what} failed with ${told(error)}, which is no HoldfastError`)
  return error
}

function assertError(
  error: HoldfastError,
  { codes, retryable }: { codes: readonly string[]; retryable: boolean },
): void {
  assert.ok(codes.includes(error.code), `the error is ${told(error)}, not ${codes.join(' or ')}`)
  const said = error.retryable ? 'may succeed if tried again' : 'is not worth another try'
  assert.ok(error.retryable === retryable, `${told(error)} ${said}, says the error`)
}

const unavailable = ['NOTIFY_UNAVAILABLE']

/** What the error of each mode has to be. */
const expected: Readonly<
  Partial<Record<ServiceMode, { promise: string; codes: readonly string[]; retryable: boolean }>>
> = {
  refuse: {
    promise: 'a message that is refused for good is not retryable',
    codes: ['NOTIFY_REFUSED'],
    retryable: false,
  },
  credentials: {
    promise: 'refused credentials are NOTIFY_CREDENTIALS, and not retryable',
    codes: ['NOTIFY_CREDENTIALS'],
    retryable: false,
  },
  unavailable: {
    promise: 'a service that can not do it now is NOTIFY_UNAVAILABLE, and retryable',
    codes: unavailable,
    retryable: true,
  },
  drop: {
    promise: 'a connection that is closed in place of an answer is NOTIFY_UNAVAILABLE, and retryable',
    codes: unavailable,
    retryable: true,
  },
}

export const failingCases: readonly NotifierCase[] = [
  ...Object.entries(expected).map(([mode, wanted]): NotifierCase => ({
    topic: 'failing',
    name: `mode ${mode}`,
    promise: wanted.promise,
    async run(context) {
      assertError(await errorIn(mode as ServiceMode, context), wanted)
    },
  })),
  {
    topic: 'failing',
    name: 'mode rate-limit',
    promise: 'too many messages are NOTIFY_RATE_LIMITED, retryable, with the time that the service asks for',
    async run(context) {
      const error = await errorIn('rate-limit', context)
      assertError(error, { codes: ['NOTIFY_RATE_LIMITED'], retryable: true })
      if (!context.capabilities.retryAfter) return
      // A service may name a moment, of which a little has passed already.
      const isPassedOn = Math.abs((error.retryAfterMs ?? 0) - retryAfterMs) <= 2000
      assert.ok(
        isPassedOn,
        `the service asked to wait for ${retryAfterMs} ms, the error says ${error.retryAfterMs}`,
      )
    },
  },
  {
    topic: 'failing',
    name: 'nothing listens',
    promise: 'a service that can not be reached is NOTIFY_UNAVAILABLE, and retryable',
    async run({ unreachable, notification, signal, secrets, promptly, skip }) {
      if (unreachable === undefined) return skip('there is no notifier that calls where nothing listens')
      const { notifier, verifyErrors } = watch(await unreachable())
      const what = 'notify where nothing listens'
      const error = await promptly(what, fails(what, notifier.notify(notification('backup.failed'), signal)))
      assert.ok(isHoldfastError(error), `${what} failed with ${told(error)}, which is no HoldfastError`)
      assertError(error, { codes: unavailable, retryable: true })
      verifyErrors(secrets)
    },
  },
  {
    topic: 'failing',
    name: 'one try',
    promise: 'a notifier tries once: core decides what is tried again, and when',
    async run(context) {
      const { service, skip } = context
      const { attempts } = service
      if (attempts === undefined) return skip('the service does not count how often it was asked')
      for (const mode of ['unavailable', 'rate-limit', 'drop'] as const) {
        const before = attempts()
        await errorIn(mode, context)
        const tries = attempts() - before
        assert.ok(tries === 1, `notify, of a service in the mode ${mode}, tried ${tries} times`)
      }
    },
  },
  {
    topic: 'failing',
    name: 'well again',
    promise: 'a message goes through as soon as the service is well again',
    async run(context) {
      const { notifier, notification, signal, service, become, accepted, promptly } = context
      const known = service.modes ?? serviceModes
      for (const mode of ['refuse', 'credentials', 'unavailable', 'rate-limit', 'drop'] as const) {
        if (!known.includes(mode)) continue
        await errorIn(mode, context)
        await become('accept')
        const before = (await accepted()).length
        await promptly('notify', notifier.notify(notification('backup.failed'), signal))
        assert.ok((await accepted()).length === before + 1, `after the mode ${mode} a message got lost`)
      }
    },
  },
  {
    topic: 'failing',
    name: 'no secret',
    promise: 'no error shows a password, a token or an address that is secret',
    async run(context) {
      const { secrets, service, skip } = context
      if (secrets.length === 0) return skip('no secret is known to look for')
      const known = service.modes ?? serviceModes
      // Every error is looked at where it is made.
      for (const mode of ['refuse', 'credentials', 'unavailable', 'rate-limit', 'drop'] as const) {
        if (known.includes(mode)) await errorIn(mode, context)
      }
    },
  },
]
