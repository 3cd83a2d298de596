import type { Look } from './look.ts'
import type { Pace, Sample } from './meter.ts'
import { cleanLine, cut, pad, widthOf } from './text.ts'
import { formatBytes, formatDuration } from './units.ts'

/** What is being done right now. */
export interface Activity extends Sample {
  /** A word or two: `dump`, `verify`. */
  title: string
  /** True where the fraction is an estimate. */
  estimated?: boolean
  /** What it is busy with: a table, a verifier. */
  detail?: string | undefined
}

const barWidth = 12

/** The line of an activity in a terminal, never wider than the terminal: what is needed least goes first. */
export function liveLine(activity: Activity, pace: Pace, elapsedMs: number, look: Look): string {
  const { title, fraction, bytes, detail } = activity
  const percent = pad(percentOf(activity), 6, 'right')
  const size = bytes === undefined ? '' : pad(formatBytes(bytes), 6, 'right')
  const time = remainingOf(pace) || formatDuration(elapsedMs)
  const head = pad(title, 9)
  const candidates = [
    [fraction === undefined ? '' : bar(fraction, look), percent, size, rateOf(pace), time],
    [percent, size, rateOf(pace), time],
    [percent, rateOf(pace), time],
    [percent, time],
  ].map((parts) => `  ${[head, ...parts.filter((part) => part.trim() !== '')].join('  ')}`)
  const line = candidates.find((candidate) => widthOf(candidate) < look.columns) ?? `  ${head}`
  const room = look.columns - 1 - widthOf(line) - 2
  return detail === undefined || room < 8
    ? line
    : `${line}  ${look.paint('dim', cut(cleanLine(detail), room))}`
}

/** The line of an activity where lines stay, as in a log. */
export function plainLine(activity: Activity, pace: Pace, elapsedMs: number): string {
  const { title, bytes } = activity
  const parts = [
    percentOf(activity) +
      (activity.fraction !== undefined && activity.estimated === true ? ' (estimated)' : ''),
    bytes === undefined ? '' : formatBytes(bytes),
    rateOf(pace),
    remainingOf(pace) || `${formatDuration(elapsedMs)} so far`,
  ].filter((part) => part.trim() !== '')
  return `  ${pad(title, 9)}  ${parts.join(', ')}`
}

function percentOf({ fraction, estimated }: Activity): string {
  if (fraction === undefined) return ''
  const percent = Math.floor(Math.min(1, Math.max(0, fraction)) * 100)
  return `${estimated === true ? '~' : ''}${percent} %`
}

function bar(fraction: number, look: Look): string {
  const full = Math.floor(Math.min(1, Math.max(0, fraction)) * barWidth)
  return look.paint('good', '━'.repeat(full)) + look.paint('dim', '─'.repeat(barWidth - full))
}

function rateOf({ bytesPerSecond }: Pace): string {
  return bytesPerSecond === undefined ? '' : `${formatBytes(bytesPerSecond)}/s`
}

function remainingOf({ remainingMs }: Pace): string {
  return remainingMs === undefined
    ? ''
    : `~${formatDuration(Math.max(1000, Math.round(remainingMs / 1000) * 1000)).replace('.0', '')} left`
}
