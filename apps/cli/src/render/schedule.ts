import { inWords } from '@holdfast/schedule'
import type { NextRuns } from '../actions/schedule.ts'
import type { Look } from './look.ts'
import { formatDuration } from './units.ts'

/** Each job with what it does when: in words, as it is written, and its next times in its own zone. */
export function renderSchedules(runs: readonly NextRuns[], look: Look): string {
  const jobs = Map.groupBy(runs, ({ job }) => job)
  return [...jobs].map(([job, own]) => renderJob(job, own, look)).join('\n\n')
}

function renderJob(job: string, runs: readonly NextRuns[], look: Look): string {
  const zone = runs[0]?.schedule.expression.timeZone ?? 'UTC'
  const heading = `${look.paint('strong', job)}  ${look.paint('dim', zone)}`
  return [heading, ...runs.map((one) => renderRuns(one, look))].join('\n')
}

function renderRuns({ kind, schedule, next }: NextRuns, look: Look): string {
  const { expression, offsetMs } = schedule
  const later = offsetMs === 0 ? '' : `, ${formatDuration(offsetMs)} later to spread the load`
  const lines = [
    `  ${kind.padEnd(8)}${inWords(expression)}${later}  ${look.paint('dim', expression.text)}`,
    ...next.map((moment) => `          ${formatIn(moment, expression.timeZone)}`),
  ]
  return lines.join('\n')
}

/** A moment in a time zone, with the name that the zone has then: `Sun 2026-11-29 03:00:00 GMT+1`. */
function formatIn(moment: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).formatToParts(moment)
  const of = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((part) => part.type === type)?.value ?? ''
  const day = `${of('weekday')} ${of('year')}-${of('month')}-${of('day')}`
  return `${day} ${of('hour')}:${of('minute')}:${of('second')} ${of('timeZoneName')}`
}
