import { readFile } from 'node:fs/promises'
import { HoldfastError } from '@holdfast/plugin'
import { whyUnreadable } from '../config/interpolate.ts'

/** A line of a file of keys. */
export interface KeyLine {
  /** From 1. */
  line: number
  text: string
}

/** The lines of a file of keys that are neither empty nor comments. CONFIG_KEY_INVALID where it can't be read or has none. */
export async function readKeyLines(path: string, what: string): Promise<KeyLine[]> {
  const text = await readKeyFile(path, what)
  const lines = text
    .split(/\r?\n/)
    .map((one, index) => ({ line: index + 1, text: one.trim() }))
    .filter((one) => one.text !== '' && !one.text.startsWith('#'))
  if (lines.length > 0) return lines
  throw new HoldfastError('CONFIG_KEY_INVALID', `${path} holds no ${what}`, { hint: howToMake })
}

/** The text of a small file with a key in it. */
export async function readKeyFile(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new HoldfastError(
      'CONFIG_KEY_INVALID',
      `the file with the ${what}, ${path}, ${whyUnreadable(error)}`,
      {
        hint: `Check the path; it is relative to the configuration, or to the working directory on the command line.`,
        cause: error,
      },
    )
  }
}

const howToMake =
  'holdfast keygen makes a pair: the identity in a file, and the recipient that belongs to it.'

/** What is wrong with a line, which is never repeated: it may be a key. */
export function badLine(path: string, { line }: KeyLine, problem: string): HoldfastError {
  return new HoldfastError('CONFIG_KEY_INVALID', `${path}:${line}  ${problem}`, { hint: howToMake })
}
