import { isPlain } from './crontab-fields.ts'
import type { Expression } from './expression.ts'

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/**
 * The expression as calendar events of systemd, such as `Sun *-*-* 03:00:00 Europe/Berlin`: two where cron joins the day
 * of the month and that of the week by "or". Undefined where systemd has no words for it: `L`, `W` and `#`.
 */
export function calendarEvents(expression: Expression): string[] | undefined {
  if (!isPlain(expression)) return undefined
  const { timeZone } = expression
  const { second, minute, hour, day, month, dayOfWeek, starDOM, starDOW } = expression.pattern()
  const time = [listed(hour, 0, 24), listed(minute, 0, 60), listed(second, 0, 60)].join(':')
  const event = (days: string, week: string): string =>
    `${week === '' ? '' : `${week} `}*-${listed(month, 1, 12)}-${days} ${time} ${timeZone}`
  const days = listed(day, 1, 31)
  const week = weekdays.filter((_, index) => dayOfWeek[index] !== 0).join(',')
  if (starDOM && starDOW) return [event('*', '')]
  if (starDOM) return [event('*', week)]
  return starDOW ? [event(days, '')] : [event(days, ''), event('*', week)]
}

/** The values that fit, from those that there are: `*`, or `00,15,30,45`. */
function listed(fits: readonly number[], first: number, count: number): string {
  const values = Array.from({ length: count }, (_, index) => index).filter((index) => fits[index] !== 0)
  if (values.length === count) return '*'
  return values.map((index) => String(index + first).padStart(2, '0')).join(',')
}
