import { setTimeout as sleep } from 'node:timers/promises'
import { isHoldfastError } from '@holdfast/plugin'

const firstDelayMs = 200
const mostDelayMs = 16_000

/** Makes a call again, after a while, as long as it fails with an error that says that this may help. */
export async function withAttempts<Result>(
  maxAttempts: number,
  signal: AbortSignal,
  call: () => Promise<Result>,
): Promise<Result> {
  for (let failed = 1; ; failed++) {
    signal.throwIfAborted()
    try {
      return await call()
    } catch (error) {
      signal.throwIfAborted()
      if (failed >= maxAttempts || !mayHelp(error)) throw error
      await pause(failed, error, signal)
    }
  }
}

export function mayHelp(error: unknown): boolean {
  return isHoldfastError(error) && error.retryable
}

/** Waits as long as the service asked for, or longer after each failure. Rejects with the signal's reason. */
export async function pause(failed: number, error: unknown, signal: AbortSignal): Promise<void> {
  const growingMs = firstDelayMs * 2 ** (failed - 1) * (0.5 + Math.random())
  const askedMs = isHoldfastError(error) ? (error.retryAfterMs ?? 0) : 0
  const delayMs = Math.min(mostDelayMs, Math.max(growingMs, askedMs))
  await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted())
}
