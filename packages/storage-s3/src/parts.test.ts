import { expect, test } from 'vitest'
import { failureOf } from './double.test.support.ts'
import { leastPartBytes } from './options.ts'
import { mostBytes, mostParts, partSizes, refuseTooLarge } from './parts.ts'

const mebibyte = 2 ** 20
const gibibyte = 2 ** 30
const most = (start: { partBytes: number; estimatedBytes?: number }): number => {
  const sizeOf = partSizes(start)
  return Array.from({ length: mostParts }, (_, index) => sizeOf(index + 1)).reduce(
    (sum, size) => sum + size,
    0,
  )
}

test.each([leastPartBytes, 6 * mebibyte, 8 * mebibyte, 64 * mebibyte, gibibyte])(
  '5 TiB fit into 10,000 parts that begin with %i bytes, whatever was estimated',
  (partBytes) => {
    for (const estimatedBytes of [0, 1, 50 * gibibyte, 700 * gibibyte, mostBytes]) {
      expect(most({ partBytes, estimatedBytes })).toBeGreaterThanOrEqual(mostBytes)
    }
  },
)

test('no part is larger than S3 takes, and none smaller than one before it', () => {
  for (const estimatedBytes of [0, 50 * gibibyte, mostBytes, 2 * mostBytes]) {
    const sizeOf = partSizes({ partBytes: 8 * mebibyte, estimatedBytes })
    for (let number = 2; number <= mostParts; number++) {
      expect(sizeOf(number)).toBeGreaterThanOrEqual(sizeOf(number - 1))
    }
    expect(sizeOf(mostParts)).toBeLessThanOrEqual(5 * gibibyte)
  }
})

test('a body as long as its estimate, and a quarter longer, goes in equal parts', () => {
  for (const estimatedBytes of [gibibyte, 50 * gibibyte, 700 * gibibyte, 0.8 * mostBytes]) {
    const sizeOf = partSizes({ partBytes: 8 * mebibyte, estimatedBytes })
    const needed = Math.ceil((1.25 * estimatedBytes) / sizeOf(1))
    expect(sizeOf(needed)).toBe(sizeOf(1))
  }
})

test('the memory of an upload stays in proportion: 10 GiB in parts of 8 MiB, 1 TiB in parts of 328', () => {
  const first = (estimatedBytes: number): number =>
    partSizes({ partBytes: 8 * mebibyte, estimatedBytes })(1) / mebibyte
  expect([0, 10 * gibibyte, 100 * gibibyte, 1024 * gibibyte].map(first)).toEqual([8, 8, 32, 328])
})

test('what can not fit is refused before a byte is sent', async () => {
  const refuse = async (size: { bytes?: number; estimatedBytes?: number }): Promise<void> =>
    refuseTooLarge('s3://backups/a', size)
  for (const size of [{ bytes: mostBytes + 1 }, { estimatedBytes: mostBytes + 1 }]) {
    expect(await failureOf(refuse(size))).toMatchObject({ code: 'STORAGE_TOO_LARGE', retryable: false })
  }
  for (const size of [
    { bytes: mostBytes },
    { estimatedBytes: mostBytes },
    { bytes: 1, estimatedBytes: mostBytes + 1 },
    {},
  ]) {
    await refuse(size)
  }
})
