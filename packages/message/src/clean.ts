import { stripVTControlCharacters } from 'node:util'
import { withCommas } from '@holdfast/plugin'

/**
 * Text from outside (table names, error messages of servers) without what could move a cursor, turn the direction of
 * the text or break an encoding. Line breaks stay.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(text.toWellFormed())
    .replace(/\r\n?/g, '\n')
    .replace(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, ' ')
}

/** The same on one line, of at most `limit` characters: what is longer loses its end. */
export function cleanLine(text: string, limit = 300): string {
  const line = clean(text.slice(0, limit * 4))
    .replace(/\s+/g, ' ')
    .trim()
  return line.length <= limit ? line : `${whole(line.slice(0, limit - 1)).trimEnd()}…`
}

/**
 * The same on its own lines, of at most about `limit` characters: what is longer loses its middle, since errors say
 * what happened at the start and why at the end.
 */
export function cleanText(text: string, limit = 2000): string {
  // Only the ends are looked at, so that an error of many megabytes costs nothing.
  const ends = text.length <= limit * 4 ? text : text.slice(0, limit * 2) + text.slice(-limit * 2)
  const cleaned = clean(ends)
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  if (cleaned.length <= limit && ends === text) return cleaned
  const kept = Math.floor(limit / 2)
  const left = text.length - kept * 2
  return `${whole(cleaned.slice(0, kept)).trimEnd()}\n[… ${withCommas(left)} characters left out …]\n${whole(cleaned.slice(-kept)).trimStart()}`
}

/** Without the half of a character at either end. */
function whole(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '')
}
