import type { StorageCase } from './case.ts'
import { cancelCases } from './cases/cancel.ts'
import { checksumCases } from './cases/checksums.ts'
import { createOnlyCases } from './cases/create-only.ts'
import { errorCases } from './cases/errors.ts'
import { keyCases } from './cases/keys.ts'
import { listCases } from './cases/list.ts'
import { memoryCases } from './cases/memory.ts'
import { objectCases } from './cases/objects.ts'
import { rangeCases } from './cases/ranges.ts'
import { removeCases } from './cases/remove.ts'
import { sizeCases } from './cases/sizes.ts'
import { unfinishedCases } from './cases/unfinished.ts'
import { wholeCases } from './cases/whole.ts'

/** Every promise of a storage, the plainest first. */
export const storageCases: readonly StorageCase[] = [
  ...objectCases,
  ...sizeCases,
  ...rangeCases,
  ...wholeCases,
  ...cancelCases,
  ...createOnlyCases,
  ...checksumCases,
  ...listCases,
  ...removeCases,
  ...keyCases,
  ...unfinishedCases,
  ...errorCases,
  ...memoryCases,
]
