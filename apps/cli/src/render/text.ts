import { stripVTControlCharacters } from 'node:util'
import fastStringWidth from 'fast-string-width'

/**
 * Text from outside (table names, error messages of servers) as it may be shown in a terminal: nothing in it moves
 * the cursor, changes colours or starts a new line unless it is a line break.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, ' ')
}

/** The same for what must stay on one line. */
export function cleanLine(text: string): string {
  return clean(text).replaceAll('\n', ' ')
}

/** The columns that a text takes in a terminal; colours take none. */
export function widthOf(text: string): number {
  return fastStringWidth(text)
}

/** Pads with spaces to a width in columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + space : space + text
}

/** Cuts a text without colours to a width in columns, with an ellipsis for what is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (width < 1) return ''
  let kept = ''
  let keptWidth = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const segmentWidth = widthOf(segment)
    if (keptWidth + segmentWidth > width - 1) break
    kept += segment
    keptWidth += segmentWidth
  }
  return `${kept}…`
}

/** Breaks text at spaces so that no line is wider than `width`, unless a single word is; line breaks stay. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, width))
}

function wrapLine(text: string, width: number): string[] {
  const [indent = ''] = /^ */.exec(text) ?? []
  const lines: string[] = []
  let line = indent
  for (const word of text.trim().split(/ +/)) {
    const longer = line.trim() === '' ? line + word : `${line} ${word}`
    if (widthOf(longer) <= width || line.trim() === '') {
      line = longer
    } else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line]
}
