import type { Notification, NotificationEvent, Verdict } from '@holdfast/plugin'
import { cleanLine } from './clean.ts'
import { lateBeginning } from './late.ts'
import type { Tone } from './message.ts'
import { listed } from './names.ts'
import { formatAge, formatBytes, formatDuration } from './units.ts'

/** What happened, in two or three words. */
export function stateOf({ event, report, test }: Notification): { state: string; tone: Tone } {
  if (test) return { state: 'test message', tone: 'neutral' }
  if (event === 'backup.failed' && report?.status === 'cancelled')
    return { state: 'backup cancelled', tone: 'bad' }
  return states[event]
}

const states: Readonly<Record<NotificationEvent, { state: string; tone: Tone }>> = {
  'backup.started': { state: 'backup started', tone: 'neutral' },
  'backup.succeeded': { state: 'backup succeeded', tone: 'good' },
  'backup.recovered': { state: 'backup recovered', tone: 'good' },
  'backup.suspect': { state: 'backup suspect', tone: 'warning' },
  'backup.partial': { state: 'backup partial', tone: 'warning' },
  'backup.failed': { state: 'backup failed', tone: 'bad' },
  'verify.failed': { state: 'verification failed', tone: 'bad' },
  'prune.failed': { state: 'prune failed', tone: 'warning' },
  'backup.missed': { state: 'backup missed', tone: 'bad' },
}

/** The job and the state, and what people want to know before they open the message. */
export function subjectOf(notification: Notification): string {
  const { state } = stateOf(notification)
  const more = notification.test ? `, as for ${notification.event}` : subjectEnd(notification)
  const late = lateBeginning(notification) === '' ? '' : ', sent late'
  return cleanLine(`${cleanLine(notification.job, 80)}: ${state}${more}${late}`, 160)
}

function subjectEnd(notification: Notification): string {
  const { event, report, history, error } = notification
  switch (event) {
    case 'backup.succeeded':
    case 'backup.recovered':
      return madeIn(notification)
    case 'backup.failed': {
      const at = error?.stage === undefined ? '' : ` at ${error.stage}`
      return `${at}${history.failures > 1 ? `, ${history.failures} times in a row` : ''}`
    }
    case 'backup.suspect': {
      const why = telling(report?.verdicts ?? [])
      return why === undefined ? '' : `, ${why}`
    }
    case 'backup.partial': {
      const failed = (report?.storages ?? []).filter(({ status }) => status === 'failed')
      return failed.length === 0 ? '' : `, not in ${listed(failed.map(({ name }) => name))}`
    }
    case 'backup.missed':
      return history.lastVerified === undefined
        ? ', no verified one is known'
        : `, the last verified one was made ${formatAge(ageMs(notification, history.lastVerified.startedAt))}`
    case 'backup.started':
    case 'verify.failed':
    case 'prune.failed':
      return ''
  }
}

function madeIn({ report }: Notification): string {
  const dump = report?.backup?.objects.find(({ role }) => role === 'dump')
  if (report === undefined || dump === undefined) return ''
  return `, ${formatBytes(dump.bytes)} in ${formatDuration(report.durationMs)}`
}

function telling(verdicts: readonly Verdict[]): string | undefined {
  return verdicts.flatMap(({ checks }) => checks).find(({ status }) => status === 'failed')?.detail
}

/** How long before the notification that was. */
export function ageMs({ at }: Notification, time: string): number {
  return new Date(at).getTime() - new Date(time).getTime()
}
