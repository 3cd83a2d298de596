import { randomInt } from 'node:crypto'
import { failsWith, sameBytes } from '../assertions.ts'
import { patterned } from '../bodies.ts'
import type { StorageCase } from '../case.ts'

export const rangeCases: readonly StorageCase[] = [
  {
    topic: 'ranges',
    name: 'ranges',
    promise: 'get gives any range inside the object, from its first byte up to and including its last',
    async run({ put, get }) {
      const content = patterned(200_003)
      const last = content.length - 1
      await put('a', content)
      const random = Array.from({ length: 25 }, () => {
        const start = randomInt(content.length)
        return [start, randomInt(start, content.length)] as const
      })
      for (const [start, end] of [
        [0, 0],
        [0, last],
        [last, last],
        [1, last],
        [0, last - 1],
        ...random,
      ] as const) {
        sameBytes(
          await get('a', { start, end }),
          content.subarray(start, end + 1),
          `bytes ${start} to ${end}`,
        )
      }
    },
  },
  {
    topic: 'ranges',
    name: 'out of range',
    promise: 'a range outside the object fails with STORAGE_RANGE, also by one byte, and gives no byte',
    async run({ storage, signal, put }) {
      await put('a', 'hello')
      await put('empty', '')
      const outside = [
        [0, 5],
        [5, 5],
        [4, 5],
        [9, 12],
        [3, 2],
        [-1, 2],
        [-2, -1],
        [0.5, 2],
        [0, 1.5],
        [Number.NaN, 1],
      ]
      for (const [start = 0, end = 0] of outside) {
        const call = storage.get('a', { signal, range: { start, end } })
        await failsWith('STORAGE_RANGE', `get of bytes ${start} to ${end} of 5`, call)
      }
      const call = storage.get('empty', { signal, range: { start: 0, end: 0 } })
      await failsWith('STORAGE_RANGE', 'get of byte 0 of an empty object', call)
    },
  },
]
