import assert from 'node:assert/strict'
import { hasCode } from '@holdfast/plugin'
import { failsWith, sameBytes, sameKeys, told } from '../assertions.ts'
import { patterned } from '../bodies.ts'
import type { CaseContext, StorageCase } from '../case.ts'

const raceWeakness =
  'This store does not honour create-only writes: two runs of one job in the same second could overwrite each other.'

export const createOnlyCases: readonly StorageCase[] = [
  {
    topic: 'create only',
    name: 'create only',
    promise:
      'ifAbsent stores where nothing is, and fails with STORAGE_EXISTS and changes nothing where something is',
    async run({ storage, signal, put, get, keys, capabilities }) {
      const large = 2 * capabilities.partBytes + 1
      for (const [key, length, others] of [
        ['small', 5, [5, 0, large]],
        ['empty', 0, [5]],
        ['large', large, [5, large]],
      ] as const) {
        const first = patterned(length, 1)
        await put(key, first, { ifAbsent: true })
        for (const other of others) {
          const call = put(key, patterned(other, 2), { ifAbsent: true })
          await failsWith('STORAGE_EXISTS', `a create-only put of ${other} bytes over ${length}`, call)
          sameBytes(await get(key), first, 'what a create-only put met')
        }
      }
      await storage.remove('small', signal)
      await put('small', 'again', { ifAbsent: true })
      sameKeys(await keys(), ['small', 'empty', 'large'], 'list')
    },
  },
  {
    topic: 'create only',
    name: 'create-only race',
    promise: 'of 20 create-only writes of one key at the same moment one succeeds, and its object is whole',
    weakness: raceWeakness,
    async run(context) {
      if (context.capabilities.createOnly !== 'atomic')
        context.skip('this storage only checks before it writes')
      for (let round = 0; round < 3; round++) await race(context, `small/${round}`, 20, 20_000)
      await race(context, 'large', 4, context.capabilities.partBytes + 1)
    },
  },
  {
    topic: 'create only',
    name: 'word on create only',
    promise:
      'a create-only write says what it was worth, another one nothing, and of those that say atomic one wins a race',
    async run(context) {
      const { put, capabilities } = context
      const { createOnly: unasked } = await put('replacing', 'x')
      assert.ok(unasked === undefined, `a put without ifAbsent says that it was create-only, ${unasked}`)
      for (const [key, length] of [
        ['small', 5],
        ['large', 2 * capabilities.partBytes + 1],
      ] as const) {
        const { createOnly } = await put(key, patterned(length), { ifAbsent: true })
        const isSaid = createOnly === 'atomic' || createOnly === 'checked'
        assert.ok(isSaid, `a create-only put of ${length} bytes says ${createOnly}, not atomic or checked`)
        if (createOnly === 'checked') continue
        for (let round = 0; round < 3; round++) {
          await race(context, `race-of-${key}/${round}`, 8, length, ' although each says that it is atomic')
        }
      }
    },
  },
]

async function race(
  { put, get }: CaseContext,
  key: string,
  writers: number,
  length: number,
  although = '',
): Promise<void> {
  const contents = Array.from({ length: writers }, (_, index) => patterned(length, index + 1))
  const results = await Promise.allSettled(contents.map((content) => put(key, content, { ifAbsent: true })))
  for (const result of results) {
    if (result.status === 'fulfilled' || hasCode(result.reason, 'STORAGE_EXISTS')) continue
    assert.fail(`a create-only put that lost failed with ${told(result.reason)}, not with STORAGE_EXISTS`)
  }
  const winners = contents.filter((_, index) => results[index]?.status === 'fulfilled')
  assert.ok(
    winners.length === 1,
    `${winners.length} of ${writers} create-only puts of one key succeeded${although}`,
  )
  sameBytes(await get(key), winners[0] ?? '', 'the winner of a create-only race')
}
