import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { fails, failsWith, sameBytes, sameKeys, told } from '../assertions.ts'
import { heldBody, patterned } from '../bodies.ts'
import type { CaseContext, StorageCase } from '../case.ts'
import { keepsWhatWas } from './keeps-what-was.ts'

export const wholeCases: readonly StorageCase[] = [
  {
    topic: 'all or nothing',
    name: 'wrong length',
    promise: 'a body that is not as long as was told fails with STORAGE_LENGTH and stores nothing',
    async run(context) {
      const { partBytes } = context.capabilities
      const verify = await keepsWhatWas(context)
      const pairs = [
        [5, 0],
        [5, 1],
        [5, 4],
        [5, 6],
        [5, 100_000],
        [0, 1],
      ] as const
      const inParts = [
        [partBytes, partBytes - 1],
        [2 * partBytes, 2 * partBytes + 1],
        [2 * partBytes + 1, 2 * partBytes],
      ] as const
      for (const [key, lengths] of [
        ['new', [...pairs, ...inParts]],
        ['before', pairs],
      ] as const) {
        for (const [bytes, length] of lengths) {
          const call = context.put(key, patterned(length), { bytes })
          await failsWith('STORAGE_LENGTH', `put of ${length} bytes instead of ${bytes}`, call)
          await verify(`a body of ${length} bytes instead of ${bytes}`)
        }
      }
    },
  },
  {
    topic: 'all or nothing',
    name: 'source dies',
    promise: 'when the body breaks midway, put fails with its error and stores nothing',
    async run(context) {
      const verify = await keepsWhatWas(context)
      for (const key of ['new', 'before']) {
        for (const length of amounts(context)) {
          const died = new Error('the source died')
          const held = heldBody(patterned(length))
          const putting = context.storage.put(key, held.body, { signal: context.signal })
          await Promise.race([held.taken, putting])
          held.die(died)
          const what = `put of a body that broke after ${length} bytes`
          const error = await context.promptly(what, fails(what, putting))
          assert.ok(
            isOrCarries(error, died),
            `${what} failed with ${told(error)}, not with the error of the body`,
          )
          await verify(`a body that broke after ${length} bytes`)
        }
      }
    },
  },
  {
    topic: 'all or nothing',
    name: 'source closes',
    promise: 'when the body closes without an end, put fails and stores nothing',
    async run(context) {
      const verify = await keepsWhatWas(context)
      for (const length of amounts(context)) {
        const held = heldBody(patterned(length))
        const putting = context.storage.put('new', held.body, { signal: context.signal })
        await Promise.race([held.taken, putting])
        held.die()
        const what = `put of a body that closed after ${length} bytes`
        await context.promptly(what, fails(what, putting))
        await verify(`a body that closed after ${length} bytes`)
      }
    },
  },
  {
    topic: 'all or nothing',
    name: 'source is dead',
    promise: 'a body that is broken before it is read makes put fail, and never wait',
    async run(context) {
      const verify = await keepsWhatWas(context)
      for (const died of [new Error('the source was dead'), undefined]) {
        const held = heldBody(Buffer.from('never read'))
        held.die(died)
        await sleep(1)
        const putting = context.storage.put('new', held.body, { signal: context.signal })
        const what = 'put of a body that was dead before'
        await context.promptly(what, fails(what, putting))
        await verify('a body that was dead before')
      }
    },
  },
  {
    topic: 'all or nothing',
    name: 'unfinished is unseen',
    promise: 'while a put goes on, no call sees anything of it, and what was there before stays',
    async run(context) {
      const { storage, signal, get } = context
      const content = patterned(context.capabilities.partBytes + 1)
      const verify = await keepsWhatWas(context)
      for (const key of ['new', 'before']) {
        const held = heldBody(content)
        const putting = storage.put(key, held.body, { signal })
        await context.promptly('reading the body of put', Promise.race([held.taken, putting]))
        await verify('a put that is still going on')
        held.end()
        await putting
        sameBytes(await get(key), content, 'an object that was written slowly')
        if (key === 'new') await storage.remove(key, signal)
      }
    },
  },
  {
    topic: 'all or nothing',
    name: 'simultaneous writes',
    promise: 'of several writers of one key at the same time one is the last, and its object is whole',
    async run({ put, get, keys, capabilities }) {
      const contents = Array.from({ length: 8 }, (_, index) =>
        index === 0 ? patterned(capabilities.partBytes + 1) : patterned(100_000 + index, index + 1),
      )
      await Promise.all(contents.map((content) => put('a', content)))
      const stored = await get('a')
      assert.ok(
        contents.some((content) => content.equals(stored)),
        'the object is none of those that were written',
      )
      sameKeys(await keys(), ['a'], 'list')
    },
  },
]

/** How much of a body comes before it breaks, in bytes. */
function amounts({ capabilities: { partBytes } }: CaseContext): number[] {
  return [0, 1, partBytes, 2 * partBytes + 1]
}

function isOrCarries(error: unknown, wanted: Error): boolean {
  if (error === wanted) return true
  return error instanceof Error && error.cause !== undefined && isOrCarries(error.cause, wanted)
}
