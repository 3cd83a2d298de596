import type { Notifier } from '@holdfast/plugin'
import { seenErrors } from '../seen-errors.ts'

/** A notifier that remembers every error it gave. */
export interface WatchedNotifier {
  notifier: Notifier
  /** The call that an error came from, or undefined where it came from none. */
  callOf: (error: unknown) => string | undefined
  /** Throws unless every error so far was one of the family and carried no secret. */
  verifyErrors: (secrets: readonly string[]) => void
}

export function watch(inner: Notifier): WatchedNotifier {
  const { watched, callOf, verify } = seenErrors()
  return {
    notifier: {
      notify: (notification, signal) =>
        watched(
          `notify(${notification.event})`,
          () => signal.aborted,
          () => inner.notify(notification, signal),
        ),
      ...(inner.check !== undefined && {
        check: (signal) =>
          watched(
            'check',
            () => signal.aborted,
            async () => (await inner.check?.(signal)) ?? '',
          ),
      }),
    },
    callOf,
    verifyErrors: (secrets) => verify('NOTIFY_', secrets),
  }
}
