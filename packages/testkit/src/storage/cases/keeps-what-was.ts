import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { sameBytes, sameKeys } from '../assertions.ts'
import { patterned } from '../bodies.ts'
import type { CaseContext } from '../case.ts'

/** How long something may come late that should not come at all, in milliseconds. */
const settleMs = 20

/** Stores an object at the key `before`; what comes back throws unless that is all there is, and as it was. */
export async function keepsWhatWas(context: CaseContext): Promise<(after: string) => Promise<void>> {
  const { storage, signal, put, get, keys } = context
  const content = patterned(70_001, 7)
  await put('before', content)
  return async (after) => {
    await sleep(settleMs)
    sameKeys(await keys(), ['before'], `list after ${after}`)
    const stat = await storage.stat('new', signal)
    assert.ok(stat === undefined, `stat knows of an object after ${after}`)
    sameBytes(await get('before'), content, `the earlier object after ${after}`)
  }
}
