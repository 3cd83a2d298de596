import { randomUUID } from 'node:crypto'
import {
  HoldfastError,
  type Notification,
  type NotificationEvent,
  type Notifier,
  type Report,
  type ReportedNotification,
} from '@holdfast/plugin'
import type { Job, Named } from './job.ts'
import type { Recorder } from './recorder.ts'

/** How long one notifier may take; after a run was cancelled, people wait at a keyboard. */
const limitMs = 30_000
const cancelledLimitMs = 4000

/** Tells every notifier, whatever the others do; each delivery is in the report, and none changes the verdict. */
export async function notify(job: Job, recorder: Recorder, signal: AbortSignal): Promise<void> {
  const notification = notificationOf(recorder.current())
  const timeoutMs = signal.aborted ? cancelledLimitMs : limitMs
  const deliveries = await Promise.all(job.notifiers.map((notifier) => deliver(notifier, timeoutMs)))
  recorder.report.notifications.push(...deliveries)
  for (const { notifier, error } of deliveries) {
    if (error !== undefined) recorder.warn(`${notifier} could not tell anybody: ${error.message}`)
  }

  async function deliver(
    { name, plugin, instance }: Named<Notifier>,
    limit: number,
  ): Promise<ReportedNotification> {
    const began = performance.now()
    const outcome = { notifier: name, plugin, event: notification.event, id: notification.id, attempts: 1 }
    try {
      await within(limit, (limited) => instance.notify(notification, limited))
      return { ...outcome, status: 'delivered', durationMs: Math.round(performance.now() - began) }
    } catch (error) {
      return {
        ...outcome,
        status: 'failed',
        durationMs: Math.round(performance.now() - began),
        error: recorder.reported(error),
      }
    }
  }
}

/** Ends in time even when the work does not listen to its signal. */
async function within(limit: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const signal = AbortSignal.timeout(limit)
  const { promise, reject } = Promise.withResolvers<never>()
  signal.addEventListener('abort', () => {
    reject(
      new HoldfastError('NOTIFY_TIMEOUT', `no answer within ${limit / 1000} seconds`, { retryable: true }),
    )
  })
  await Promise.race([work(signal), promise])
}

const events: Readonly<Record<Report['status'], NotificationEvent>> = {
  succeeded: 'backup.succeeded',
  suspect: 'backup.suspect',
  partial: 'backup.partial',
  failed: 'backup.failed',
  cancelled: 'backup.failed',
}

function notificationOf(report: Report): Notification {
  const { job, status, error, restoreCommand } = report
  return {
    schemaVersion: 1,
    id: randomUUID(),
    event: events[status],
    job,
    at: report.finishedAt,
    test: false,
    summary: error?.message ?? `${job}: ${status}`,
    report,
    ...(error !== undefined && { error }),
    history: { sizes: [], failures: error === undefined ? 0 : 1 },
    commands: {
      look: `holdfast list ${job}`,
      ...(restoreCommand !== undefined && { restore: restoreCommand }),
    },
    quietened: 0,
  }
}
