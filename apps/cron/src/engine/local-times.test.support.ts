// When something is due, worked out without a cron library: the other side that a simulated year is held against.

const minuteMs = 60_000
const halfHourMs = 30 * minuteMs
const dayMs = 86_400_000

/** How far a zone is ahead of UTC at a moment, in milliseconds. */
function offsetAt(zone: string, moment: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(moment)
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value)
  return (
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute')) -
    Math.floor(moment / minuteMs) * minuteMs
  )
}

/** A local time of each day, once: the first where there are two, right after the gap where there is none. */
export function onceADay(
  zone: string,
  { hour, minute, weekday }: { hour: number; minute: number; weekday?: number },
  { from, to }: { from: Date; to: Date },
): number[] {
  const times: number[] = []
  for (let day = from.getTime() - dayMs; day < to.getTime() + dayMs; day += dayMs) {
    const date = new Date(day)
    if (weekday !== undefined && date.getUTCDay() !== weekday) continue
    const local = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), hour, minute)
    const offsets = [...new Set([offsetAt(zone, local - dayMs), offsetAt(zone, local + dayMs)])]
    const fits = offsets.map((offset) => local - offset).filter((at) => at + offsetAt(zone, at) === local)
    times.push(fits.length > 0 ? Math.min(...fits) : endOfGap(zone, local, offsets))
  }
  return times.filter((at) => at > from.getTime() && at <= to.getTime())
}

function endOfGap(zone: string, local: number, offsets: readonly number[]): number {
  let at = local - Math.max(...offsets)
  const before = offsetAt(zone, at)
  while (offsetAt(zone, at) === before) at += minuteMs
  return at
}

/** Each time that shows such an hour and minute 0 on the clock, both where there are two. */
export function wheneverItIs(
  zone: string,
  isHour: (hour: number) => boolean,
  { from, to }: { from: Date; to: Date },
): number[] {
  const times: number[] = []
  for (let at = from.getTime() + halfHourMs; at <= to.getTime(); at += halfHourMs) {
    const local = new Date(at + offsetAt(zone, at))
    if (local.getUTCMinutes() === 0 && isHour(local.getUTCHours())) times.push(at)
  }
  return times
}
