import type { JobCheck } from '@holdfast/core'
import type { CheckedJob } from '../actions/check.ts'
import { renderError } from './error.ts'
import { marked, readingWidth, type Look, type Mark } from './look.ts'
import { wrap } from './text.ts'
import { renderDeliveries } from './told.ts'
import { formatAge, formatDuration, formatTime } from './units.ts'

/** One line for a job that has what is expected of it; more where it has not. */
export function renderCheck(checked: CheckedJob, now: Date, look: Look): string {
  const { job } = checked
  if (checked.status === 'unknown') return `${job}\n${renderError(checked.error, look)}`
  const { lastGood, dueAt, expectEveryMs = 0, error, notifications } = checked
  const deliveries = notifications.length === 0 ? [] : [renderDeliveries(notifications, look)]
  if (checked.status === 'unexpected') {
    return [heading('none', `${job}: nothing is expected of it`, look), ...deliveries].join('\n')
  }
  if (checked.status === 'awaited' && dueAt !== undefined) {
    const text = `${job}: there is no good backup yet, the first is expected by ${formatTime(new Date(dueAt))}`
    return [heading('none', text, look), ...deliveries].join('\n')
  }
  const expected = `one is expected every ${formatDuration(expectEveryMs)}`
  const made =
    lastGood === undefined
      ? 'there is no good backup'
      : `the last good backup was made ${formatAge(now.getTime() - new Date(lastGood.startedAt).getTime())}`
  const said = error === undefined ? [] : [renderError({ ...error, message: lastRunOf(checked, now) }, look)]
  const mark = error === undefined ? 'good' : 'bad'
  return [heading(mark, `${job}: ${made}, ${expected}`, look), ...said, ...deliveries].join('\n')
}

function heading(mark: Mark, text: string, look: Look): string {
  return `${marked(mark, look)} ${wrap(text, readingWidth(look) - 2).join('\n  ')}`
}

function lastRunOf({ lastRun }: JobCheck, now: Date): string {
  if (lastRun === undefined) return 'no run of it is known'
  const { status, startedAt, error } = lastRun
  const age = formatAge(now.getTime() - new Date(startedAt).getTime())
  return `its last run, ${age}, ended as ${status}${error === undefined ? '' : `: ${error.message}`}`
}
