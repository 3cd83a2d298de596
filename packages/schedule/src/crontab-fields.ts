import type { Expression } from './expression.ts'

/** True where the expression says nothing that only some know: no `L`, `W`, `#` or `+`. */
export function isPlain({ fields }: Pick<Expression, 'fields'>): boolean {
  return !/[lw#+]/i.test(fields.replaceAll(names, ''))
}

// These have letters that mean something elsewhere.
const names = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)\b/gi

/**
 * The expression in the five fields that every cron reads the same: numbers, lists and ranges, Sunday as 0. Undefined
 * where it needs more: seconds, `L`, `W` or `#`.
 */
export function crontabFields(expression: Expression): string | undefined {
  const { second, minute, hour, day, month, dayOfWeek, starDOM, starDOW } = expression.pattern()
  if (!isPlain(expression) || second.some((fits, index) => (fits !== 0) !== (index === 0))) return undefined
  return [
    ranges(minute, 0, 60),
    ranges(hour, 0, 24),
    starDOM ? '*' : ranges(day, 1, 31),
    ranges(month, 1, 12),
    starDOW ? '*' : ranges(dayOfWeek, 0, 7, false),
  ].join(' ')
}

/** The values that fit, from those that there are: `*`, or `0,15,30-33`. */
function ranges(fits: readonly number[], first: number, count: number, all = true): string {
  const values = Array.from({ length: count }, (_, index) => index).filter((index) => fits[index] !== 0)
  if (all && values.length === count) return first === 1 && count === 31 ? '1-31' : '*'
  const parts: string[] = []
  let start = 0
  for (const [index, value] of values.entries()) {
    if (values[index + 1] === value + 1) continue
    const run = values.slice(start, index + 1).map((one) => String(one + first))
    parts.push(run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))
    start = index + 1
  }
  return parts.join(',')
}
