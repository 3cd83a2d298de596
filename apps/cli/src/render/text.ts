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
  return width < 1 ? '' : `${start(text, width - 1)}…`
}

/** As much of the beginning of a text as fits into a width. */
function start(text: string, width: number): string {
  let kept = ''
  let keptWidth = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    keptWidth += widthOf(segment)
    if (keptWidth > width) break
    kept += segment
  }
  return kept
}

/** As much of the end of a text as fits into a width. */
function end(text: string, width: number): string {
  let left = text
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(left) <= width) break
    left = left.slice(segment.length)
  }
  return left
}

/**
 * Cuts a path without colours to a width in columns, with an ellipsis in its middle for what is missing. Its last part,
 * which tells it from others, stays whole where there is room for that.
 */
export function cutPath(path: string, width: number): string {
  if (widthOf(path) <= width) return path
  const name = path.slice(Math.max(0, path.lastIndexOf('/')))
  const room = Math.max(0, width - 1)
  const nameWidth = widthOf(name)
  const endWidth = nameWidth + leastStartWidth <= room ? nameWidth : Math.ceil(room / 2)
  return `${start(path, room - endWidth)}…${end(path, endWidth)}`
}

const leastStartWidth = 4

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
