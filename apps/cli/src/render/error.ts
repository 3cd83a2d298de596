import type { ReportedError } from '@holdfast/plugin'
import { marked, readingWidth, type Look } from './look.ts'
import { clean, wrap } from './text.ts'

/** An error for people: what happened, what to do next, and the code to look up. */
export function renderError(error: ReportedError, look: Look): string {
  const place = [error.stage, error.plugin].filter((part) => part !== undefined)
  const [first = '', ...rest] = paragraph(error.message, look)
  const lines = [
    `${marked('bad', look)} ${look.paint('strong', first)}`,
    ...indented(rest),
    ...indented(error.hint === undefined ? [] : paragraph(error.hint, look)),
    `  ${look.paint('dim', `${error.code}${place.length > 0 ? ` in ${place.join(', ')}` : ''}  docs/errors.md`)}`,
  ]
  return lines.join('\n')
}

/** A warning for people. */
export function renderWarning(message: string, look: Look): string {
  const [first = '', ...rest] = paragraph(message, look)
  return [`${marked('warning', look)} ${first}`, ...indented(rest)].join('\n')
}

const indent = '  '

function paragraph(text: string, look: Look): string[] {
  return wrap(clean(text), readingWidth(look) - indent.length)
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => indent + line)
}
