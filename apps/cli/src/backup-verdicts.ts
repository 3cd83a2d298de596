import type { Copy } from '@holdfast/core'
import type { Verdict } from '@holdfast/plugin'

/**
 * What each verifier last said of each copy. A verdict on the numbers of a backup is in the records of all its copies,
 * and is told once: as the copy that it is about has it.
 */
export function verdictsOf(copies: readonly Pick<Copy, 'storage' | 'verdicts'>[]): Verdict[] {
  const told = new Map<string, Verdict>()
  for (const { storage, verdicts } of copies) {
    for (const verdict of verdicts) {
      const about = JSON.stringify([verdict.storage, verdict.verifier])
      if (verdict.storage === storage || !told.has(about)) told.set(about, verdict)
    }
  }
  return [...told.values()]
}
