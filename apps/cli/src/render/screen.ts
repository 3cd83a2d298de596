import { clearLine, cursorTo } from 'node:readline'
import type { Writable } from 'node:stream'
import { liveLine, plainLine, type Activity } from './activity.ts'
import { lookOf, type Look } from './look.ts'
import { createMeter, type Meter } from './meter.ts'

/** Where people read what happens: stderr. */
export interface Screen {
  /** As wide as the screen is now. */
  look(): Look
  /** Text that stays. */
  say(text: string): void
  /** Shows what is being done now: one line that changes in a terminal, a line now and then elsewhere. */
  show(activity: Activity): void
  /** Nothing is being done any more. */
  rest(): void
}

export interface ScreenStream extends Writable {
  isTTY?: boolean
  columns?: number
}

/** Redraws in a terminal, and lines elsewhere, come no faster than this. */
const redrawMs = 100
const plainMs = 5000

interface Current {
  activity: Activity
  meter: Meter
  sinceMs: number
}

/**
 * @param quiet nothing is shown but what is said
 * @param clock a steady clock in milliseconds
 */
export function createScreen(
  stream: ScreenStream,
  environment: NodeJS.ProcessEnv,
  { quiet, clock = () => performance.now() }: { quiet: boolean; clock?: () => number },
): Screen {
  const live = stream.isTTY === true && environment['TERM'] !== 'dumb'
  let current: Current | undefined
  let shownMs = -Infinity
  let drawn = false
  let ticker: NodeJS.Timeout | undefined

  const wipe = (): void => {
    if (!drawn) return
    cursorTo(stream, 0)
    clearLine(stream, 0)
    drawn = false
  }

  const draw = (): void => {
    if (current === undefined) return
    const now = clock()
    shownMs = now
    const { activity, meter, sinceMs } = current
    if (live) {
      const line = liveLine(activity, meter.pace(now), now - sinceMs, lookOf(stream, environment))
      wipe()
      stream.write(line)
      drawn = true
    } else {
      stream.write(`${plainLine(activity, meter.pace(now), now - sinceMs)}\n`)
    }
  }

  return {
    look: () => lookOf(stream, environment),
    say: (text) => {
      wipe()
      stream.write(`${text}\n`)
    },
    show: (activity) => {
      if (quiet) return
      const now = clock()
      if (current?.activity.title !== activity.title) {
        current = { activity, meter: createMeter(), sinceMs: now }
        // A log hears of an activity only once it takes long; a terminal at once.
        shownMs = live ? -Infinity : now
      }
      current.activity = activity
      current.meter.add(activity, now)
      if (now - shownMs >= (live ? redrawMs : plainMs)) draw()
      // Between two samples the line still moves, so that a long silence does not look like a standstill.
      ticker ??= setInterval(draw, live ? 500 : 60_000).unref()
    },
    rest: () => {
      clearInterval(ticker)
      ticker = undefined
      wipe()
      current = undefined
    },
  }
}
