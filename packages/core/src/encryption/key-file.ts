import { readFile } from 'node:fs/promises'
import { HoldfastError } from '@holdfast/plugin'
import { whyUnreadable } from '../config/interpolate.ts'

/**
 * The keys in a file that has one in each line, beside empty lines and comments. CONFIG_KEY_INVALID where it can't be
 * read, has none, or has a line that `problemOf` knows something against.
 */
export async function readKeys(
  path: string,
  what: string,
  problemOf: (line: string) => string | undefined,
): Promise<string[]> {
  const text = await readKeyFile(path, what)
  const keys: string[] = []
  for (const [index, one] of text.split(/\r?\n/).entries()) {
    const line = one.trim()
    if (line === '' || line.startsWith('#')) continue
    const problem = problemOf(line)
    // The line is never repeated: it may be a key.
    if (problem !== undefined) throw unusable(`${path}:${index + 1}  ${problem}`)
    keys.push(line)
  }
  if (keys.length > 0) return keys
  throw unusable(`${path} holds no ${what}`)
}

function unusable(message: string): HoldfastError {
  return new HoldfastError('CONFIG_KEY_INVALID', message, {
    hint: 'holdfast keygen makes a pair: the identity in a file, and the recipient that belongs to it.',
  })
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
