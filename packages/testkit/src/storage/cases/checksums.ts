import assert from 'node:assert/strict'
import type { Checksum } from '@holdfast/plugin'
import { fails } from '../assertions.ts'
import { patterned } from '../bodies.ts'
import type { CaseContext, StorageCase } from '../case.ts'
import { checksumOf } from '../checksums.ts'

const algorithms: readonly string[] = ['sha256', 'crc32', 'crc32c', 'crc64nvme']

export const checksumCases: readonly StorageCase[] = [
  {
    topic: 'checksums',
    name: 'checksums',
    promise: 'a checksum is of all the bytes that come back, and put, stat and list agree on it',
    async run(context) {
      const { put, skip, capabilities } = context
      const { partBytes } = capabilities
      let said = false
      for (const length of [0, 1, partBytes - 1, partBytes, 2 * partBytes + 1]) {
        for (const options of [{}, { bytes: length, ifAbsent: true }]) {
          const key = `${length}-${Object.keys(options).length}`
          const { checksum } = await put(key, patterned(length, length + 1), options)
          said = (await agree(context, key, checksum)) || said
        }
      }
      if (!said) skip('this storage computes no checksum')
    },
  },
  {
    topic: 'checksums',
    name: 'checksums of what is there',
    promise: 'after another put, and after one that failed, a checksum is of the object that is there then',
    async run(context) {
      const { put, skip, storage, signal } = context
      const length = 2 * context.capabilities.partBytes + 1
      const first = await put('a', patterned(length, 1))
      if (first.checksum === undefined) return skip('this storage computes no checksum')
      await fails('a put of the wrong length', put('a', patterned(length, 2), { bytes: length + 1 }))
      await fails('a create-only put', put('a', patterned(5, 3), { ifAbsent: true }))
      await agree(context, 'a', first.checksum)
      for (const [seed, again] of [length, 5, 0].entries()) {
        const { checksum } = await put('a', patterned(again, seed + 4))
        await agree(context, 'a', checksum)
      }
      await storage.remove('a', signal)
      const gone = await storage.stat('a', signal)
      assert.ok(gone === undefined, 'stat still tells of an object that is removed')
    },
  },
]

/** Resolves whether there is a checksum; fails where there is a wrong one, or put and stat do not say the same. */
async function agree(
  { storage, signal, get }: CaseContext,
  key: string,
  ofPut: Checksum | undefined,
): Promise<boolean> {
  const ofStat = (await storage.stat(key, signal))?.checksum
  let ofList: Checksum | undefined
  for await (const info of storage.list(key, signal)) if (info.key === key) ofList = info.checksum
  const stored = await get(key)
  for (const [call, checksum] of Object.entries({ put: ofPut, stat: ofStat, list: ofList })) {
    if (checksum === undefined) continue
    const { algorithm, value } = checksum
    assert.ok(algorithms.includes(algorithm), `${call} gives a checksum of the algorithm ${algorithm}`)
    const actual = checksumOf(algorithm, stored).value
    assert.ok(
      value === actual,
      `${call} says ${algorithm} ${value}, and the ${stored.length} bytes have ${actual}`,
    )
  }
  assert.ok(
    ofPut?.algorithm === ofStat?.algorithm,
    `put gives ${ofPut?.algorithm ?? 'no checksum'} and stat ${ofStat?.algorithm ?? 'none'}`,
  )
  return ofStat !== undefined
}
