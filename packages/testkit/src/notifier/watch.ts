import assert from 'node:assert/strict'
import { isHoldfastError, type Notifier } from '@holdfast/plugin'
import { carriesSecret } from '../secrets.ts'
import { told } from '../storage/assertions.ts'

/** A notifier that remembers every error it gave. */
export interface WatchedNotifier {
  notifier: Notifier
  /** The call that an error came from, or undefined where it came from none. */
  callOf: (error: unknown) => string | undefined
  /** Throws unless every error so far was one of the family and carried no secret. */
  verifyErrors: (secrets: readonly string[]) => void
}

interface SeenError {
  call: string
  error: unknown
  /** Cancelled: then the error may be any. */
  isExcused: boolean
}

export function watch(inner: Notifier): WatchedNotifier {
  const seen: SeenError[] = []

  function watched<Result>(call: string, signal: AbortSignal, run: () => Promise<Result>): Promise<Result> {
    const running = (async () => {
      try {
        return await run()
      } catch (error) {
        seen.push({ call, error, isExcused: signal.aborted })
        throw error
      }
    })()
    // A case that fails early leaves its other calls to themselves.
    running.catch(() => {})
    return running
  }

  return {
    notifier: {
      notify: (notification, signal) =>
        watched(`notify(${notification.event})`, signal, () => inner.notify(notification, signal)),
      ...(inner.check !== undefined && {
        check: (signal) => watched('check', signal, async () => (await inner.check?.(signal)) ?? ''),
      }),
    },
    callOf: (error) => seen.find((one) => one.error === error)?.call,
    verifyErrors: (secrets) => {
      for (const { call, error, isExcused } of seen) {
        assert.ok(!carriesSecret(error, secrets), `an error of ${call} shows a secret`)
        const isOurs = isHoldfastError(error) && error.code.startsWith('NOTIFY_')
        assert.ok(
          isOurs || isExcused,
          `${call} failed with ${told(error)}, which is no HoldfastError with a NOTIFY_ code`,
        )
      }
    },
  }
}
