import type { Notification, ReportedError, ReportedNotification } from '@holdfast/plugin'
import type { JobNotifier } from '../job.ts'
import { deadline } from './deadline.ts'
import { deliver, type Delivery } from './deliver.ts'

/** A message for one notifier. */
export interface Outgoing {
  notification: Notification
  /** Not sent: only kept in the report. */
  quietened?: true
  /** Told again, after it could not be sent when it happened. */
  late?: true
  /** What makes it the same as another one, for what is remembered outside of the reports of runs. */
  sameness?: string
}

/** A message that is on its way while the run goes on. */
export interface InFlight {
  notification: Notification
  delivery: Promise<Delivery>
}

interface CourierOptions {
  inFlight?: InFlight | undefined
  /** In the order in which they are told; late ones first. */
  messages: readonly Outgoing[]
  cancel: AbortSignal
  /** An error as people may see it. */
  reported: (error: unknown) => ReportedError
}

/**
 * Brings one notifier its messages, in order and within its `timeoutMs` altogether. What is on its way and what is late
 * may take half of that, so that the newest message always has the other half. Never rejects.
 */
export async function bring(
  notifier: JobNotifier,
  { inFlight, messages, cancel, reported }: CourierOptions,
): Promise<ReportedNotification[]> {
  const until = deadline(notifier.timeoutMs, cancel)
  const half = deadline(notifier.timeoutMs / 2, cancel)
  const entries: ReportedNotification[] = []
  try {
    if (inFlight !== undefined) await half.race(() => inFlight.delivery).catch(() => {})
    let isDown = false
    for (const [index, { notification, quietened, late }] of messages.entries()) {
      // What comes last has all the time that is left.
      const isSpare = late === true && index < messages.length - 1
      const began = { attempts: 0, durationMs: 0 }
      if (quietened === true) {
        entries.push(entryOf(notifier, notification, began, { quietened, reported }))
        continue
      }
      // Where a late one can not be sent for now, neither can the next late one.
      if (isSpare && (isDown || half.remainingMs() === 0)) {
        entries.push({ ...entryOf(notifier, notification, began, { late, reported }), status: 'failed' })
        continue
      }
      const limitMs = (isSpare ? half : until).remainingMs()
      const delivery = await deliver(notifier, notification, { limitMs, cancel })
      isDown = delivery.error?.retryable === true
      entries.push(entryOf(notifier, notification, delivery, { late, reported }))
    }
    if (inFlight === undefined) return entries
    const first = await inFlight.delivery
    return [entryOf(notifier, inFlight.notification, first, { reported }), ...entries]
  } finally {
    until.clear()
    half.clear()
  }
}

function entryOf(
  { name, plugin }: JobNotifier,
  { event, id, at }: Notification,
  { attempts, durationMs, error }: Delivery,
  {
    quietened,
    late,
    reported,
  }: { quietened?: true; late?: true | undefined } & Pick<CourierOptions, 'reported'>,
): ReportedNotification {
  return {
    notifier: name,
    plugin,
    event,
    id,
    status: quietened === true ? 'quietened' : error === undefined ? 'delivered' : 'failed',
    attempts,
    durationMs,
    ...(late === true && { retryOf: at }),
    ...(error !== undefined && { error: reported(error) }),
  }
}
