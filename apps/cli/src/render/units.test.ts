import { expect, test } from 'vitest'
import { formatTime } from './units.ts'

test('formatTime is in the time zone of the reader', () => {
  const moment = new Date(2026, 10, 2, 3, 4, 59)
  expect(formatTime(moment)).toBe('2026-11-02 03:04')
})
