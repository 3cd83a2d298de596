import { styleText } from 'node:util'

type Mark = '✓' | '–'

const tones = { '✓': 'green', '–': 'dim' } as const satisfies Record<Mark, string>

let steps = 0

function columns(): number {
  return Math.min(process.stdout.columns ?? 100, 100)
}

function paint(tone: 'bold' | 'dim' | 'cyan' | 'green' | 'red', text: string): string {
  return styleText(tone, text, { stream: process.stdout })
}

export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** Starts the next numbered step. */
export function heading(title: string): void {
  steps += 1
  say(`\n${paint('bold', `${steps}  ${title}`)}`)
}

/** A paragraph in the words of the demo, broken to fit. */
export function note(text: string): void {
  for (const line of wrapped(text, columns() - 3)) say(`   ${paint('dim', line)}`)
}

/** The command line that is about to run; it may be broken before each of its parts. */
export function command(parts: readonly string[]): void {
  for (const line of commandLines(parts, columns() - 3)) say(`   ${paint('cyan', line)}`)
}

/** One thing that is done. */
export function done(what: string): void {
  say(`${paint('green', '✓')} ${what}`)
}

/** Why the demo ends here. */
export function failed(why: string): void {
  say(`${paint('red', '✗')} ${why}`)
}

/** What has been done, or has not, and what shows it. */
export interface Outcome {
  mark: Mark
  what: string
  found: string
}

/** Outcomes as a table, or each with what was found below it where the table does not fit. */
export function outcomes(rows: readonly Outcome[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length))
  const room = columns() - width - 4
  const besides = rows.every(({ found }) => found.length <= room)
  for (const { mark, what, found } of rows) {
    const start = `${paint(tones[mark], mark)} ${what}`
    if (besides) say(`${start}${' '.repeat(width - what.length + 2)}${paint('dim', found)}`)
    else say([start, ...wrapped(found, columns() - 2).map((line) => `  ${paint('dim', line)}`)].join('\n'))
  }
}

/** A command line in one line if it fits, else one part a line, as a shell takes it. */
export function commandLines(parts: readonly string[], width: number): string[] {
  const whole = `$ ${parts.join(' ')}`
  if (whole.length <= width) return [whole]
  const last = parts.length - 1
  return parts.map((part, index) => `${index === 0 ? '$ ' : '  '}${part}${index === last ? '' : ' \\'}`)
}

/** Breaks a text between words; a word that is wider than the width stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
