import type { NotificationEvent, Report, ReportedError } from '@holdfast/plugin'

/** Something that people may want to be told of. */
export interface Happening {
  event: NotificationEvent
  error?: ReportedError
}

/** What a notifier is told unless its `on` says otherwise: what needs somebody, and that it is well again. */
export const defaultEvents: readonly NotificationEvent[] = [
  'backup.failed',
  'backup.suspect',
  'backup.partial',
  'backup.recovered',
  'backup.missed',
  'verify.failed',
  'prune.failed',
]

const runEvents: Readonly<Record<Report['status'], NotificationEvent>> = {
  succeeded: 'backup.succeeded',
  suspect: 'backup.suspect',
  partial: 'backup.partial',
  failed: 'backup.failed',
  cancelled: 'backup.failed',
}

/** What has happened in a run: how it ended, and whether old backups could not be deleted. */
export function happeningsOf(report: Report, { recovered }: { recovered: boolean }): Happening[] {
  const event = report.status === 'succeeded' && recovered ? 'backup.recovered' : runEvents[report.status]
  const events: NotificationEvent[] =
    errorOf(report, 'prune.failed') === undefined ? [event] : [event, 'prune.failed']
  return events.map((one) => happening(report, one))
}

/** What has happened in a run, as it was told then. */
export function happening(report: Report, event: NotificationEvent): Happening {
  const error = errorOf(report, event)
  return { event, ...(error !== undefined && { error }) }
}

function errorOf(report: Report, event: NotificationEvent): ReportedError | undefined {
  if (event === 'prune.failed') return report.retention.flatMap(({ errors }) => errors)[0]
  if (event !== 'backup.partial') return report.error
  const failed = report.storages.find(({ status }) => status === 'failed')
  return failed?.error === undefined
    ? undefined
    : { ...failed.error, plugin: failed.error.plugin ?? failed.name }
}

/** Events that may be told again and again, of which `repeatEveryMs` leaves some out. */
export function isFailure(event: NotificationEvent): boolean {
  return event !== 'backup.started' && event !== 'backup.succeeded' && event !== 'backup.recovered'
}

/**
 * Equal for happenings that are the same to people: the same event for the same reason. Messages are not compared,
 * since they carry numbers and times.
 *
 * @param subject what it is about besides the job, such as the id of a backup
 */
export function samenessOf({ event, error }: Happening, subject = ''): string {
  return [event, error?.code ?? '', error?.stage ?? '', error?.plugin ?? '', subject].join(' ').trimEnd()
}
