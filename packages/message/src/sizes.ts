import type { Notification } from '@holdfast/plugin'
import type { SizeHistory } from './message.ts'
import { formatBytes, formatCount } from './units.ts'

/** The most bars that fit side by side on a phone. */
const mostBars = 30

/** The sizes of the last backups, this one's among them; undefined where there is nothing to compare. */
export function sizeHistoryOf(notification: Notification): SizeHistory | undefined {
  const sizes = notification.history.sizes.slice(-mostBars)
  const first = sizes[0]
  if (first === undefined || sizes.length < 2 || !hasOwnSize(notification)) return undefined
  const bytes = sizes.map((one) => one.bytes)
  const largest = Math.max(...bytes, 1)
  const smallest = Math.min(...bytes)
  const range =
    formatBytes(smallest) === formatBytes(largest)
      ? `all of about ${formatBytes(largest)}`
      : `from ${formatBytes(smallest)} to ${formatBytes(largest)}`
  return {
    bars: sizes.map((one, at) => ({
      ...one,
      share: Math.max(one.bytes / largest, 0.01),
      current: at === sizes.length - 1,
    })),
    summary: `${formatCount(sizes.length, 'backup')} since ${first.startedAt.slice(0, 10)}, ${range}`,
  }
}

/** This backup's size against the earlier ones', such as `2% larger than usual (94 MB)`; undefined where that can't be said. */
export function againstUsual(notification: Notification): string | undefined {
  const sizes = notification.history.sizes.map(({ bytes }) => bytes)
  const own = hasOwnSize(notification) ? sizes.pop() : undefined
  const usual = median(sizes)
  if (own === undefined || usual === undefined || usual === 0) return undefined
  const percent = Math.round((own / usual - 1) * 100)
  const usually = `usual (${formatBytes(usual)})`
  if (percent === 0) return `as ${usually}`
  return `${Math.abs(percent)}% ${percent > 0 ? 'larger' : 'smaller'} than ${usually}`
}

/** What backups of this kind usually take; undefined before there was one. */
export function usualBytes(notification: Notification): number | undefined {
  const sizes = notification.history.sizes.map(({ bytes }) => bytes)
  return median(hasOwnSize(notification) ? sizes.slice(0, -1) : sizes)
}

// As the contract has it, the last size is then this backup's.
function hasOwnSize({ report }: Notification): boolean {
  return report?.backup !== undefined
}

/** Unlike an average, it does not move for one odd backup. */
function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
