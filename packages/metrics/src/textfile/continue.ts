import { jobLabel } from '../family.ts'
import { formatExposition, parseExposition, type ExposedFamily, type Series } from './exposition.ts'

/** Whose series a text may still have from before. */
export interface SeriesScope {
  /** True for what the configuration no longer has. */
  isGone: (job: string, storage: string | undefined) => boolean
  /** True for a job that this text is about. */
  isCurrent: (job: string) => boolean
  /** True for a storage of it that did not answer; without a storage, where none of them did. */
  isUnread: (job: string, storage: string | undefined) => boolean
}

/**
 * The text that comes after another one in the same file. Counters go on from where they were; what is known of other jobs
 * stays, and so does what is known of a storage that did not answer this time.
 */
export function continueText(previous: string, current: string, scope: SeriesScope): string {
  const families = parseExposition(current)
  for (const before of parseExposition(previous).values()) {
    const now = families.get(before.name) ?? { ...before, series: new Map<string, Series>() }
    families.set(before.name, now)
    const kept =
      before.type === 'counter' ? continueCounter(before, now, scope) : keepGauges(before, now, scope)
    for (const series of kept) now.series.set(series.id, series)
  }
  return formatExposition(families.values())
}

function continueCounter(before: ExposedFamily, now: ExposedFamily, { isGone }: SeriesScope): Series[] {
  return [...before.series.values()]
    .filter(({ labels }) => !isGone(labels[jobLabel] ?? '', labels['storage']))
    .map((series) => {
      const added = now.series.get(series.id)
      return added === undefined
        ? series
        : { ...series, value: String(Number(series.value) + Number(added.value)) }
    })
}

function keepGauges(
  before: ExposedFamily,
  now: ExposedFamily,
  { isGone, isCurrent, isUnread }: SeriesScope,
): Series[] {
  const places = new Set([...now.series.values()].map(placeOf))
  return [...before.series.values()].filter((series) => {
    const { [jobLabel]: job = '', storage } = series.labels
    if (isGone(job, storage)) return false
    if (!isCurrent(job)) return true
    return isUnread(job, storage) && !places.has(placeOf(series))
  })
}

/** What two series of a gauge can not both be about, whatever their other labels say. */
function placeOf({ labels: { [jobLabel]: job, storage, notifier } }: Series): string {
  return JSON.stringify([job, storage, notifier])
}
