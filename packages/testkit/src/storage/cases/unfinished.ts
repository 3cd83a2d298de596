import assert from 'node:assert/strict'
import { fails, nothingIn, quoted, sameBytes, sameKeys } from '../assertions.ts'
import { heldBody, patterned } from '../bodies.ts'
import type { StorageCase } from '../case.ts'

const hourMs = 3_600_000
const anHourAgo = (): Date => new Date(Date.now() - hourMs)
const inAnHour = (): Date => new Date(Date.now() + hourMs)

export const unfinishedCases: readonly StorageCase[] = [
  {
    topic: 'unfinished writes',
    name: 'nothing is left',
    promise: 'a put that fails leaves nothing behind, seen or unseen',
    async run(context) {
      const { storage, signal, put, leftovers } = context
      if (leftovers === undefined) return context.skip('only a hook of the tests can see what is left')
      const bytes = patterned(2 * context.capabilities.partBytes + 1)
      await put('left/there', 'x')
      await put('left/there', 'y', { ifAbsent: true }).catch(() => {})
      await put('left/short', bytes, { bytes: bytes.length + 1 }).catch(() => {})
      await put('left/long', bytes, { bytes: bytes.length - 1 }).catch(() => {})
      for (const how of ['die', 'close', 'cancel'] as const) {
        const cancel = new AbortController()
        const held = heldBody(bytes)
        const putting = storage.put(`left/behind/${how}`, held.body, {
          signal: AbortSignal.any([signal, cancel.signal]),
        })
        await Promise.race([held.taken, putting])
        if (how === 'cancel') cancel.abort(new Error('cancelled'))
        else held.die(how === 'die' ? new Error('the source died') : undefined)
        await context.promptly('a broken put', fails('a broken put', putting))
      }
      await storage.remove('left/there', signal)
      nothingIn(await leftovers())
    },
  },
  {
    topic: 'unfinished writes',
    name: 'running writes',
    promise:
      'removeUnfinished leaves finished objects and younger writes alone, and never makes half an object',
    async run({ storage, signal, put, get, keys, capabilities, promptly, skip }) {
      if (storage.removeUnfinished === undefined) return skip('this storage leaves nothing to remove')
      const content = patterned(capabilities.partBytes + 1)
      await put('a/done', content)
      for (const before of [anHourAgo(), inAnHour()]) {
        const young = before.getTime() < Date.now()
        const held = heldBody(content)
        const putting = storage.put('a/running', held.body, { signal })
        await promptly('reading the body of put', Promise.race([held.taken, putting]))
        const count = await storage.removeUnfinished('a/', before, signal)
        if (young) assert.ok(count === 0, 'removeUnfinished removed a write that was younger')
        held.end()
        const [result] = await promptly('a put meanwhile', Promise.allSettled([putting]))
        const stored = result.status === 'fulfilled'
        assert.ok(stored || !young, 'a put failed although it was younger than what was to be removed')
        sameKeys(await keys(), stored ? ['a/done', 'a/running'] : ['a/done'], 'list after removeUnfinished')
        if (stored) sameBytes(await get('a/running'), content, 'what was written meanwhile')
        await storage.remove('a/running', signal)
      }
      const none = await storage.removeUnfinished('', inAnHour(), signal)
      assert.ok(none === 0, 'removeUnfinished removed what was finished')
      sameBytes(await get('a/done'), content, 'a finished object after removeUnfinished')
    },
  },
  {
    topic: 'unfinished writes',
    name: 'stranded writes',
    promise: 'removeUnfinished removes what killed writes left under the prefix, and counts it',
    async run({ storage, signal, put, keys, strand, leftovers, skip }) {
      if (storage.removeUnfinished === undefined) return skip('this storage leaves nothing to remove')
      if (strand === undefined) return skip('only a hook of the tests can leave such a write')
      await put('foo/done', 'x')
      for (const key of ['foo/a', 'foo/b/c', 'foobar/a']) await strand(key)
      sameKeys(await keys(), ['foo/done'], 'list with stranded writes')
      for (const [prefix, before, expected] of [
        ['', anHourAgo(), 0],
        ['nothing/', inAnHour(), 0],
        ['foo/', inAnHour(), 2],
        ['foo/', inAnHour(), 0],
        ['', inAnHour(), 1],
      ] as const) {
        const count = await storage.removeUnfinished(prefix, before, signal)
        assert.ok(count === expected, `removeUnfinished(${quoted(prefix)}) removed ${count} of ${expected}`)
      }
      sameKeys(await keys(), ['foo/done'], 'list after removeUnfinished')
      nothingIn((await leftovers?.()) ?? [])
    },
  },
]
