import { afterBlackouts, type Blackout } from './blackouts.ts'
import { readExpression, type Expression } from './expression.ts'
import { splayOf } from './splay.ts'

export interface ScheduleOptions {
  /** 5 or 6 fields, or `@daily` and the like. */
  expression: string
  /** An IANA name; UTC unless set. */
  timeZone?: string
  /** What this is the schedule of: decides where in `splayMs` it starts. */
  name: string
  /** Starts are spread over so many milliseconds after their time; 0 unless set. */
  splayMs?: number
  /** Nothing starts in these windows: what would, starts when they close, once. */
  blackouts?: readonly { at: string; forMs: number }[]
}

/** When something runs. Knows nothing of the present. */
export interface Schedule {
  readonly expression: Expression
  /** How long after the expression's times it starts, in milliseconds; less than `splayMs`. */
  readonly offsetMs: number
  readonly splayMs: number
  /** The same for two schedules exactly when they mean the same times. */
  readonly identity: string
  /** The first start after a moment; undefined where there is none. Always a whole second. */
  after(moment: Date): Date | undefined
}

/** Throws a RangeError that says what is wrong with an expression or the time zone. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { timeZone = 'UTC', splayMs = 0 } = options
  const expression = readExpression(options.expression, timeZone)
  const offsetMs = splayOf(options.name, splayMs)
  const blackouts = (options.blackouts ?? []).map(({ at, forMs }): Blackout => ({
    opens: readExpression(at, timeZone),
    forMs,
  }))
  const startOf = (time: Date): Date | undefined =>
    afterBlackouts(new Date(time.getTime() + offsetMs), blackouts)
  return {
    expression,
    offsetMs,
    splayMs,
    identity: JSON.stringify([
      expression.fields,
      timeZone,
      offsetMs,
      blackouts.map(({ opens, forMs }) => [opens.fields, forMs]),
    ]),
    after: (moment) => {
      const time = new Date(moment.getTime() - offsetMs)
      if (blackouts.length > 0) {
        // What came before may have been put off, and until after the moment.
        const before = expression.by(time)
        const putOff = before && startOf(before)
        if (putOff !== undefined && putOff > moment) return putOff
      }
      const next = expression.after(time)
      return next && startOf(next)
    },
  }
}
