import { expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const now = Date.parse('2026-11-22T03:00:00Z')

it.each([
  ['30', 30_000],
  [' 0 ', 0],
  ['Sun, 22 Nov 2026 03:00:07 GMT', 7000],
  ['Sun, 22 Nov 2026 02:00:00 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['', undefined],
  [undefined, undefined],
])('%j is %j ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected)
})
