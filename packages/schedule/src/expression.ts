import { Cron, CronPattern } from 'croner'

/** A cron expression that is known to be right. */
export interface Expression {
  /** As it was written, with single spaces. */
  readonly text: string
  /** Five fields, or six where it has seconds: what a nickname stands for. */
  readonly fields: string
  readonly timeZone: string
  /** Which values of each field fit. */
  pattern(): CronPattern
  /** The first time after the given one; undefined where there is none. */
  after(moment: Date): Date | undefined
  /** The last time at or before the given one; undefined where there is none. */
  by(moment: Date): Date | undefined
}

const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
}

/** A day of a leap year, so that a leap day comes after it. */
const reference = new Date('2024-01-01T00:00:00Z')

/**
 * Reads a cron expression of 5 or 6 fields, or a nickname such as `@daily`. Day of month and day of week are joined by
 * "or" where both are restricted, as cron does. When clocks go forward, what stands at a fixed time in the hour that is
 * left out runs right after it; when they go back it runs once, and what repeats within the hour goes on repeating.
 * Throws a RangeError that says what is wrong, such as `must have 5 or 6 fields, …`.
 */
export function readExpression(written: string, timeZone = 'UTC'): Expression {
  const text = written.trim().replaceAll(/\s+/g, ' ')
  const fields = fieldsOf(text)
  if (!isTimeZone(timeZone)) {
    throw new RangeError(`needs a time zone such as Europe/Berlin, not ${shown(timeZone)}`)
  }
  const expression: Expression = {
    text,
    fields,
    timeZone,
    pattern: () => new CronPattern(fields, undefined, options),
    after: (moment) => cronOf(fields, timeZone).nextRun(moment) ?? undefined,
    by: (moment) => {
      // croner looks before the moment, in whole seconds.
      const afterwards = new Date(Math.floor(moment.getTime() / 1000) * 1000 + 1000)
      return cronOf(fields, timeZone).previousRuns(1, afterwards)[0]
    },
  }
  if (!comes.has(fields)) {
    if (expression.after(reference) === undefined) throw new RangeError(`never comes, is ${shown(text)}`)
    if (comes.size < mostKnown) comes.add(fields)
  }
  return expression
}

function fieldsOf(text: string): string {
  if (text.startsWith('@')) {
    const fields = nicknames[text.toLowerCase()]
    if (fields === undefined) throw new RangeError(`must be one of ${Object.keys(nicknames).join(', ')}`)
    return fields
  }
  const { length } = text.split(' ')
  if (length !== 5 && length !== 6) {
    throw new RangeError(`must have 5 or 6 fields, or be @daily and the like; it has ${length}`)
  }
  // Quartz and croner read it each in a way of its own.
  if (text.includes('?')) throw new RangeError(`must have * in place of ?, is ${shown(text)}`)
  return text
}

/** Fields that come at some time. Finding out takes as long as finding the next time. */
const comes = new Set<string>()

/** What is known of expressions and zones takes no more room than this many of them. */
const mostKnown = 10_000

const options = { mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' } as const

/** The last ones that were used. Each takes 80 KB, so those of a thousand jobs are made again where they are needed. */
const crons = new Map<string, Cron>()
const mostCrons = 64

function cronOf(fields: string, timezone: string): Cron {
  const key = `${timezone} ${fields}`
  const cron = crons.get(key) ?? newCron(fields, timezone)
  crons.delete(key)
  crons.set(key, cron)
  const [oldest] = crons.keys()
  if (crons.size > mostCrons && oldest !== undefined) crons.delete(oldest)
  return cron
}

function newCron(fields: string, timezone: string): Cron {
  try {
    return new Cron(fields, { ...options, timezone })
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)
    throw new RangeError(`is no cron expression: ${why}`, { cause: error })
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text)
}

const zones = new Map<string, boolean>()

/** True for the name of a time zone that this machine knows. */
export function isTimeZone(name: string): boolean {
  let isKnown = zones.get(name)
  if (isKnown !== undefined) return isKnown
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    isKnown = true
  } catch {
    isKnown = false
  }
  if (zones.size < mostKnown) zones.set(name, isKnown)
  return isKnown
}
