import type { ReportedNotification } from '@holdfast/plugin'
import { definition } from './definition.ts'
import { marked, type Look, type Mark } from './look.ts'
import { formatCount, formatDuration, formatTime } from './units.ts'

const markOf: Record<ReportedNotification['status'], Mark> = {
  delivered: 'good',
  failed: 'bad',
  quietened: 'none',
}

/** What came of each notification, one line each. */
export function renderTold(notifications: readonly ReportedNotification[], look: Look): string {
  return notifications
    .map((one, index) => definition(index === 0 ? 'told' : '', `${one.notifier}: ${outcomeOf(one)}`, look))
    .join('\n')
}

/** The same where they are what the command is about. */
export function renderDeliveries(notifications: readonly ReportedNotification[], look: Look): string {
  return notifications
    .map((one) => `  ${marked(markOf[one.status], look)} ${one.notifier}  ${outcomeOf(one)}`)
    .join('\n')
}

/** `backup.failed, accepted in 0.4 s`. */
function outcomeOf({ event, status, attempts, durationMs, retryOf, error }: ReportedNotification): string {
  const late = retryOf === undefined ? '' : ` of ${formatTime(new Date(retryOf))}`
  const tries = attempts > 1 ? ` after ${formatCount(attempts, 'try', 'tries')}` : ''
  const outcome = {
    delivered: `accepted in ${formatDuration(durationMs)}${tries}`,
    failed: `not sent${tries}: ${error?.message ?? 'the one before it could not be sent either'}`,
    quietened: 'not told again, because of repeatEveryMs',
  }[status]
  return `${event}${late}, ${outcome}`
}
