import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { flushAlong } from './flush-along.ts'

const mebibyte = 1024 * 1024

// A disk that fails can not be had here, so this is the handle of one.
function disk() {
  const flushes: PromiseWithResolvers<void>[] = []
  let synced = 0
  return {
    flushes,
    synced: () => synced,
    datasync: () => {
      const flush = Promise.withResolvers<void>()
      flushes.push(flush)
      return flush.promise
    },
    sync: async () => {
      synced += 1
    },
  }
}

test('flushes every 64 MiB, one flush at a time, and once more at the end', async () => {
  const handle = disk()
  const flush = flushAlong(handle)
  for (let written = 0; written < 63; written += 1) flush.wrote(mebibyte)
  expect(handle.flushes).toHaveLength(0)
  flush.wrote(mebibyte)
  flush.wrote(64 * mebibyte)
  expect(handle.flushes).toHaveLength(1)

  handle.flushes[0]?.resolve()
  await setImmediate()
  flush.wrote(mebibyte)
  expect(handle.flushes).toHaveLength(2)

  const finished = flush.finish()
  await setImmediate()
  expect(handle.synced()).toBe(0)
  handle.flushes[1]?.resolve()
  await finished
  expect(handle.synced()).toBe(1)
})

test('a flush that failed is not forgotten, though the last one would succeed', async () => {
  const handle = disk()
  const flush = flushAlong(handle)
  flush.wrote(64 * mebibyte)
  handle.flushes[0]?.reject(new Error('EIO'))
  await setImmediate()
  expect(() => flush.wrote(1)).toThrow('EIO')
  await expect(flush.finish()).rejects.toThrow('EIO')
  expect(handle.synced()).toBe(0)
})
