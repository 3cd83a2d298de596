import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** More than a pipe holds gains nothing. */
const outputBytes = 256 * 1024

/**
 * The command line that runs a program with a wide buffer for its output: PostgreSQL's programs write 4 KB at a time
 * into a pipe, which costs both sides a system call each. stdbuf, of GNU coreutils, sets the buffer and becomes the
 * program; where there is none, the program runs as it is.
 */
export function withWideOutput(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): [string, readonly string[]] {
  const stdbuf = (environment['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => directory.startsWith('/'))
    .map((directory) => join(directory, 'stdbuf'))
    .find(isExecutable)
  return stdbuf === undefined || !isExecutable(file)
    ? [file, args]
    : [stdbuf, [`--output=${outputBytes}`, '--', file, ...args]]
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
