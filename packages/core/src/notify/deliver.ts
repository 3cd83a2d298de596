import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, isHoldfastError, type Notification, type Notifier } from '@holdfast/plugin'
import type { Named } from '../job.ts'
import { deadline } from './deadline.ts'

/** What came of one message to one notifier. */
export interface Delivery {
  /** How often it was tried; 0 where the time was over before. */
  attempts: number
  durationMs: number
  /** Absent where the service has accepted it. */
  error?: HoldfastError
}

export interface DeliverOptions {
  /** How long it may take with everything that is tried again, in milliseconds. */
  limitMs: number
  /** Once it has aborted, little time is left. */
  cancel: AbortSignal
  /** Between 0 and 1, for the jitter. */
  random?: () => number
}

const firstDelayMs = 1000

/**
 * Brings a message to a notifier, and tries again what is retryable: after 1, 2, 4 … seconds, or when the service said,
 * as long as that is within the limit. Never rejects, whatever the notifier does: throws, hangs, or never listens.
 */
export async function deliver(
  notifier: Named<Notifier>,
  notification: Notification,
  { limitMs, cancel, random = Math.random }: DeliverOptions,
): Promise<Delivery> {
  const began = performance.now()
  const until = deadline(limitMs, cancel)
  const after = (attempts: number, error?: HoldfastError): Delivery => ({
    attempts,
    durationMs: Math.round(performance.now() - began),
    ...(error !== undefined && { error }),
  })
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await until.race(() => notifier.instance.notify(notification, until.signal))
        return after(attempt)
      } catch (thrown) {
        if (until.signal.aborted) return after(attempt, tooLate(notifier, performance.now() - began))
        const error = placed(notifier, thrown)
        const waitMs = error.retryAfterMs ?? firstDelayMs * 2 ** (attempt - 1) * (0.5 + random())
        if (!error.retryable || waitMs >= until.remainingMs()) return after(attempt, error)
        const isOver = await sleep(waitMs, false, { signal: until.signal }).catch(() => true)
        if (isOver) return after(attempt, error)
      }
    }
  } finally {
    until.clear()
  }
}

function placed({ name }: Named<Notifier>, thrown: unknown): HoldfastError {
  const place = { stage: 'notify', plugin: name } as const
  if (isHoldfastError(thrown)) return thrown.within(place)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new HoldfastError('NOTIFY_FAILED', message, { ...place, cause: thrown })
}

function tooLate({ name }: Named<Notifier>, elapsedMs: number): HoldfastError {
  const seconds = Math.round(elapsedMs / 100) / 10
  return new HoldfastError(
    'NOTIFY_TIMEOUT',
    `no answer within ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`,
    {
      hint: `Look whether the service answers: holdfast notify test. timeoutMs of the notifier says how long it may take.`,
      retryable: true,
      stage: 'notify',
      plugin: name,
    },
  )
}
