import { styleText } from 'node:util'

type Mark = '✓' | '✗' | '–'

const tones = { '✓': 'green', '✗': 'red', '–': 'dim' } as const satisfies Record<Mark, string>

let steps = 0

function columns(): number {
  return Math.min(process.stdout.columns ?? 100, 100)
}

function paint(tone: 'bold' | 'dim' | 'cyan' | (typeof tones)[Mark], text: string): string {
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

/** One outcome: what, and what was found. What does not fit beside goes below. */
export function outcome(mark: Mark, what: string, found: string, width = 0): void {
  const start = `${mark} ${what.padEnd(width)}`
  const room = columns() - start.length - 2
  const besides = room >= 24 || found.length <= room
  const lines = wrapped(found, besides ? room : columns() - 2)
  const first = `${paint(tones[mark], mark)} ${what.padEnd(width)}`
  const indent = ' '.repeat(besides ? start.length + 2 : 2)
  if (besides) {
    say(`${first}  ${paint('dim', lines[0] ?? '')}`.trimEnd())
    for (const line of lines.slice(1)) say(`${indent}${paint('dim', line)}`)
  } else {
    say(first.trimEnd())
    for (const line of lines) say(`${indent}${paint('dim', line)}`)
  }
}

/** A command line in one line if it fits, else one part a line, as a shell takes it. */
export function commandLines(parts: readonly string[], width: number): string[] {
  const whole = `$ ${parts.join(' ')}`
  if (whole.length <= width) return [whole]
  const last = parts.length - 1
  return parts.map((part, index) => `${index === 0 ? '$ ' : '    '}${part}${index === last ? '' : ' \\'}`)
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
