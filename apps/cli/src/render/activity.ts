import type { Look } from './look.ts'
import type { Pace, Sample } from './meter.ts'
import { clean, cut, pad, widthOf } from './text.ts'
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

/** The line of an activity in a terminal, never wider than the terminal. */
export function liveLine(activity: Activity, pace: Pace, elapsedMs: number, look: Look): string {
  const { title, fraction, bytes, detail } = activity
  const parts = [
    fraction === undefined ? '' : bar(fraction, look),
    percentOf(activity),
    bytes === undefined ? '' : pad(formatBytes(bytes), 6, 'right'),
    rateOf(pace),
    remainingOf(pace) || formatDuration(elapsedMs),
  ].filter((part) => part !== '')
  const head = `  ${pad(title, 9)}`
  const line = `${head}  ${parts.join('  ')}`
  const room = look.columns - 1 - widthOf(line) - 2
  const busyWith = detail === undefined || room < 8 ? '' : `  ${look.paint('dim', cut(clean(detail), room))}`
  if (widthOf(line) < look.columns) return line + busyWith
  return cut(`${head}  ${[percentOf(activity), rateOf(pace), remainingOf(pace)].filter((part) => part !== '').join('  ')}`, look.columns - 1)
}

/** The line of an activity where lines stay, as in a log. */
export function plainLine(activity: Activity, pace: Pace, elapsedMs: number): string {
  const { title, bytes } = activity
  const parts = [
    percentOf(activity) + (activity.fraction !== undefined && activity.estimated === true ? ' (estimated)' : ''),
    bytes === undefined ? '' : formatBytes(bytes),
    rateOf(pace),
    remainingOf(pace) || `${formatDuration(elapsedMs)} so far`,
  ].filter((part) => part.trim() !== '')
  return `  ${pad(title, 9)}  ${parts.join(', ')}`
}

function percentOf({ fraction, estimated }: Activity): string {
  if (fraction === undefined) return ''
  const percent = Math.floor(Math.min(1, Math.max(0, fraction)) * 100)
  return pad(`${estimated === true ? '~' : ''}${percent} %`, 6, 'right')
}

function bar(fraction: number, look: Look): string {
  const full = Math.floor(Math.min(1, Math.max(0, fraction)) * barWidth)
  return look.paint('good', '━'.repeat(full)) + look.paint('dim', '─'.repeat(barWidth - full))
}

function rateOf({ bytesPerSecond }: Pace): string {
  return bytesPerSecond === undefined ? '' : `${formatBytes(bytesPerSecond)}/s`
}

function remainingOf({ remainingMs }: Pace): string {
  return remainingMs === undefined ? '' : `~${formatDuration(Math.max(1000, Math.round(remainingMs / 1000) * 1000)).replace('.0', '')} left`
}
