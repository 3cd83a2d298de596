import { closestMatch } from 'leven'

/** The candidate that was probably meant, if one is close enough to be worth mentioning. */
export function suggest(written: string, candidates: readonly string[]): string | undefined {
  const { length } = written
  const maxDistance = length < 4 ? Math.min(1, length - 1) : Math.max(2, Math.floor(length / 3))
  return closestMatch(written, candidates, { maxDistance })
}
