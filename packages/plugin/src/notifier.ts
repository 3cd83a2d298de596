import type { Notification } from './notification.ts'

/** Tells people or machines what happened. Every delivery is in the report; none changes how a run ended. */
export interface Notifier {
  /**
   * Resolves once the service has accepted the message, and not before. Ends soon after the signal aborts. Errors are
   * HoldfastErrors with a NOTIFY_ code and `retryable` set truthfully; none carries a secret. A notifier tries once:
   * core repeats what is retryable, after `retryAfterMs` where the error has it.
   */
  notify(notification: Notification, signal: AbortSignal): Promise<void>
  /** Asks the service whether a message would be accepted, without sending one. Resolves what it answered. */
  check?(signal: AbortSignal): Promise<string>
}
