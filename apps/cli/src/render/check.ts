import type { JobCheck } from '@holdfast/core'
import type { CheckedJob } from '../actions/check.ts'
import { renderError } from './error.ts'
import { marked, type Look } from './look.ts'
import { renderDeliveries } from './told.ts'
import { formatAge, formatDuration, formatTime } from './units.ts'

/** One line for a job that has what is expected of it; more where it has not. */
export function renderCheck(checked: CheckedJob, now: Date, look: Look): string {
  const { job } = checked
  if (checked.status === 'unknown') return `${job}\n${renderError(checked.error, look)}`
  if (checked.status === 'unexpected') return `${marked('none', look)} ${job}: nothing is expected of it`
  const { lastGood, dueAt, expectEveryMs = 0, error, notifications } = checked
  if (checked.status === 'awaited' && dueAt !== undefined) {
    return `${marked('none', look)} ${job}: there is no good backup yet, the first is expected by ${formatTime(new Date(dueAt))}`
  }
  const expected = `one is expected every ${formatDuration(expectEveryMs)}`
  const made =
    lastGood === undefined
      ? 'there is no good backup'
      : `the last good backup was made ${formatAge(now.getTime() - new Date(lastGood.startedAt).getTime())}`
  if (error === undefined) return `${marked('good', look)} ${job}: ${made}, ${expected}`
  return [
    `${marked('bad', look)} ${job}: ${made}, ${expected}`,
    renderError({ ...error, message: lastRunOf(checked, now) }, look),
    renderDeliveries(notifications, look),
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function lastRunOf({ lastRun }: JobCheck, now: Date): string {
  if (lastRun === undefined) return 'no run of it is known'
  const { status, startedAt, error } = lastRun
  const age = formatAge(now.getTime() - new Date(startedAt).getTime())
  return `its last run, ${age}, ended as ${status}${error === undefined ? '' : `: ${error.message}`}`
}
