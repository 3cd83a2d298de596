import type { NotifierCase } from './case.ts'
import { checkCases } from './cases/check.ts'
import { concurrentCases } from './cases/concurrent.ts'
import { endingCases } from './cases/ending.ts'
import { failingCases } from './cases/failing.ts'
import { tellingCases } from './cases/telling.ts'
import { textCases } from './cases/texts.ts'

/** Every promise of a notifier, the plainest first. */
export const notifierCases: readonly NotifierCase[] = [
  ...tellingCases,
  ...textCases,
  ...failingCases,
  ...endingCases,
  ...concurrentCases,
  ...checkCases,
]
