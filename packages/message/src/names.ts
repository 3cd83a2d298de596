import { cleanLine } from './clean.ts'

/** More than this many nobody reads on one line. */
const mostNames = 8

/** Names in a sentence, however many there are: `a, b and 12 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => cleanLine(name, 60))
  const rest = names.length - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}
