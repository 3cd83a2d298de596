import { styleText } from 'node:util'
import type { VerdictStatus } from '@holdfast/plugin'

/** The few meanings that have a colour. */
export type Tone = 'good' | 'warning' | 'bad' | 'dim' | 'strong'

/** How text may look where it goes. */
export interface Look {
  /** Columns to fit into; Infinity where nothing is cut, as in a pipe. */
  columns: number
  paint(tone: Tone, text: string): string
}

const formats = { good: 'green', warning: 'yellow', bad: 'red', dim: 'dim', strong: 'bold' } as const

/** Paints for real; every colour is also said in words or by a mark. */
function colored(tone: Tone, text: string): string {
  return styleText(formats[tone], text, { validateStream: false })
}

export function plain(_tone: Tone, text: string): string {
  return text
}

/** NO_COLOR and FORCE_COLOR in the same order in which the help has them; otherwise colours are for terminals. */
export function wantsColor(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: terminal } = environment
  if ((no !== undefined && no !== '') || force === '0' || force === 'false') return false
  if (force !== undefined && force !== '') return true
  return stream.isTTY === true && terminal !== 'dumb'
}

/** The look of a stream. What is not a terminal is as wide as its longest line. */
export function lookOf(stream: { isTTY?: boolean; columns?: number }, environment: NodeJS.ProcessEnv): Look {
  return {
    columns: stream.isTTY === true ? Math.max(40, stream.columns ?? 80) : Infinity,
    paint: wantsColor(stream, environment) ? colored : plain,
  }
}

/** The columns that read well for sentences; a log gets them in one line. */
export function readingWidth({ columns }: Look): number {
  return columns === Infinity ? Infinity : Math.min(columns, 110)
}

/** What stands before a line to say how something went. */
const marks = { good: '✓', warning: '!', bad: '✗', none: '–' } as const

export type Mark = keyof typeof marks

export function marked(mark: Mark, look: Look): string {
  return look.paint(mark === 'none' ? 'dim' : mark, marks[mark])
}

/** How what was looked at went. */
export const markOf: Readonly<Record<VerdictStatus, Mark>> = {
  passed: 'good',
  warning: 'warning',
  failed: 'bad',
  skipped: 'none',
}
