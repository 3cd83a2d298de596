import { readingWidth, type Look, type Tone } from './look.ts'
import { clean, cleanLine, cutPath, pad, wrap } from './text.ts'

const termWidth = 9

/** A term and its text; a long text goes on below itself. */
export function definition(term: string, text: string, look: Look, tone?: Tone): string {
  const [first = '', ...rest] = wrap(clean(text), textWidth(look))
  const indent = ' '.repeat(termWidth + 4)
  const body = [first, ...rest.map((line) => indent + line)].join('\n')
  return `  ${look.paint('dim', pad(term, termWidth))}  ${tone === undefined ? body : look.paint(tone, body)}`
}

/** Where something is stored, in the text of a definition: a terminal shows of a path what there is room for. */
export function shownLocation(location: string, look: Look): string {
  return cutPath(cleanLine(location), textWidth(look))
}

function textWidth(look: Look): number {
  return readingWidth(look) - termWidth - 4
}
