import type { Expression } from './expression.ts'

/** A window in which nothing starts: it opens when the expression says, each time for so long. */
export interface Blackout {
  opens: Expression
  forMs: number
}

interface Window {
  from: number
  until: number
}

/** More windows than this never follow one another without a gap in what anybody means. */
const mostInARow = 1000

/** The window that a moment is in, if it is in any; of several the one that closes last. */
function windowAt(moment: number, blackouts: readonly Blackout[]): Window | undefined {
  let last: Window | undefined
  for (const { opens, forMs } of blackouts) {
    const from = opens.by(new Date(moment))?.getTime()
    if (from === undefined || from + forMs <= moment) continue
    if (last === undefined || from + forMs > last.until) last = { from, until: from + forMs }
  }
  return last
}

/** The moment itself, or the end of the windows that it is in; undefined where they never end. */
export function afterBlackouts(moment: Date, blackouts: readonly Blackout[]): Date | undefined {
  let at = moment.getTime()
  for (let count = 0; count < mostInARow; count++) {
    const window = windowAt(at, blackouts)
    if (window === undefined) return new Date(at)
    at = window.until
  }
  return undefined
}
