import { withCommas } from '@holdfast/plugin'

const sizeUnits = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB']

/** A size for people, in powers of 1000: `412 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < sizeUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${sizeUnits[unit]}`
}

/** A length of time for people: `0.2 s`, `42 s`, `1 min 5 s`, `2 h 3 min`, `4 days`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return twoParts(Math.floor(whole / 60), 'min', whole % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 48 * 60) return twoParts(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  return `${Math.round(minutes / 1440)} days`
}

function twoParts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** `1,203,441 rows`, `1 row`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${withCommas(count)} ${count === 1 ? one : many}`
}

/** How long ago something was, in its largest unit: `just now`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function formatAge(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 90) return `${minutes} min ago`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`
}

/** A moment for readers anywhere: `2026-11-22 03:00 UTC`. What is no RFC 3339 time comes back as it is. */
export function formatUtc(time: string): string {
  const moment = new Date(time)
  return Number.isNaN(moment.getTime()) ? time : `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
