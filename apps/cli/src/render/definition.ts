import { readingWidth, type Look, type Tone } from './look.ts'
import { clean, pad, wrap } from './text.ts'

const termWidth = 9

/** A term and its text; a long text goes on below itself. */
export function definition(term: string, text: string, look: Look, tone?: Tone): string {
  const [first = '', ...rest] = wrap(clean(text), readingWidth(look) - termWidth - 4)
  const indent = ' '.repeat(termWidth + 4)
  const body = [first, ...rest.map((line) => indent + line)].join('\n')
  return `  ${look.paint('dim', pad(term, termWidth))}  ${tone === undefined ? body : look.paint(tone, body)}`
}
