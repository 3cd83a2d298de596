import assert from 'node:assert/strict'
import type { PutOptions } from '@holdfast/plugin'
import { sameBytes } from '../assertions.ts'
import { bodyOf, patterned } from '../bodies.ts'
import type { CaseContext, StorageCase } from '../case.ts'

export const sizeCases: readonly StorageCase[] = [
  {
    topic: 'sizes',
    name: 'zero bytes',
    promise: 'a body without a byte is an object without a byte, whether its length was told or not',
    async run(context) {
      await roundTrip(context, 'known', 0, { bytes: 0 })
      await roundTrip(context, 'unknown', 0)
      await roundTrip(context, 'overestimated', 0, { estimatedBytes: 1000 })
      const listed = await context.keys()
      assert.ok(listed.length === 3, `list gave ${listed.length} of 3 empty objects`)
    },
  },
  {
    topic: 'sizes',
    name: 'part boundaries',
    promise: 'a body of unknown length is stored whole, also one byte around one, two and three parts',
    async run(context) {
      const { partBytes } = context.capabilities
      for (const parts of [1, 2, 3]) {
        for (const more of [-1, 0, 1]) {
          const length = parts * partBytes + more
          await roundTrip(context, `unknown-${length}`, length)
        }
      }
    },
  },
  {
    topic: 'sizes',
    name: 'known lengths',
    promise: 'a body of known length is stored whole, also one byte around one and two parts',
    async run(context) {
      const { partBytes } = context.capabilities
      for (const length of [1, partBytes - 1, partBytes, partBytes + 1, 2 * partBytes, 2 * partBytes + 1]) {
        await roundTrip(context, `known-${length}`, length, { bytes: length })
      }
    },
  },
  {
    topic: 'sizes',
    name: 'estimates',
    promise: 'an estimate of the length is never a limit, and never a promise',
    async run(context) {
      const length = 2 * context.capabilities.partBytes + 1
      await roundTrip(context, 'underestimated', length, { estimatedBytes: 1 })
      await roundTrip(context, 'overestimated', length, { estimatedBytes: 10 * length })
    },
  },
  {
    topic: 'sizes',
    name: 'chunks',
    promise: 'how the body is cut into chunks leaves no trace',
    async run({ storage, signal, get, capabilities }) {
      const content = patterned(2 * capabilities.partBytes + 1)
      const small = content.subarray(0, 3000)
      await storage.put('small chunks', bodyOf(small, 1), { signal })
      await storage.put('one chunk', bodyOf(content, content.length), { signal })
      sameBytes(await get('small chunks'), small, 'what came in chunks of one byte')
      sameBytes(await get('one chunk'), content, 'what came in one chunk')
    },
  },
]

async function roundTrip(
  { storage, signal, put, get }: CaseContext,
  key: string,
  length: number,
  options: Partial<PutOptions> = {},
): Promise<void> {
  const content = patterned(length, length + 1)
  const info = await put(key, content, options)
  const stat = await storage.stat(key, signal)
  assert.ok(info.bytes === length, `put says ${info.bytes} bytes of ${length}`)
  assert.ok(stat?.bytes === length, `stat says ${stat?.bytes} bytes of ${length}`)
  sameBytes(await get(key), content, `an object of ${length} bytes`)
}
