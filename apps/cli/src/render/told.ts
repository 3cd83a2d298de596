import type { ReportedNotification } from '@holdfast/plugin'
import { definition } from './definition.ts'
import { marked, readingWidth, type Look, type Mark } from './look.ts'
import { clean, wrap } from './text.ts'
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
    .map((one) => {
      const text = clean(`${one.notifier}: ${outcomeOf(one)}`)
      return `  ${marked(markOf[one.status], look)} ${wrap(text, readingWidth(look) - 4).join('\n    ')}`
    })
    .join('\n')
}

/** `backup.failed, accepted in 0.4 s`; what is late `also delivered: backup.failed, which could not be sent at …`. */
function outcomeOf({ event, status, attempts, durationMs, retryOf, error }: ReportedNotification): string {
  const tries = attempts > 1 ? ` after ${formatCount(attempts, 'try', 'tries')}` : ''
  const took = `accepted in ${formatDuration(durationMs)}${tries}`
  const why = error?.message ?? 'the one before it could not be sent either'
  if (status === 'quietened') return `${event}, not told again, because of repeatEveryMs`
  if (retryOf === undefined) return `${event}, ${status === 'delivered' ? took : `not sent${tries}: ${why}`}`
  const when = formatTime(new Date(retryOf))
  return status === 'delivered'
    ? `also delivered: ${event}, which could not be sent at ${when}, ${took}`
    : `${event} of ${when}, still not sent${tries}: ${why}`
}
