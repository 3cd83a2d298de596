import { describe, expect, it } from 'vitest'
import { formatAge, formatBytes, formatCount, formatDuration, formatUtc } from './units.ts'

describe('formatBytes', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [9949, '9.9 kB'],
    [9950, '10 kB'],
    [412_000_000, '412 MB'],
    [999_400, '999 kB'],
    [999_500, '1.0 MB'],
    [1_240_000_000, '1.2 GB'],
    [5e18, '5000 PB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('formatDuration', () => {
  it.each([
    [0, '0.0 s'],
    [240, '0.2 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [65_000, '1 min 5 s'],
    [3_599_600, '1 h'],
    [7_380_000, '2 h 3 min'],
    [4 * 86_400_000, '4 days'],
  ])('%d ms is %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text))
})

describe('formatCount', () => {
  it('separates thousands and knows one from many', () => {
    expect(formatCount(1_203_441, 'row')).toBe('1,203,441 rows')
    expect(formatCount(1, 'row')).toBe('1 row')
    expect(formatCount(0, 'entry', 'entries')).toBe('0 entries')
  })
})

describe('formatUtc', () => {
  it('is the same for every reader', () => {
    expect(formatUtc('2026-11-02T03:04:59.999+01:00')).toBe('2026-11-02 02:04 UTC')
    expect(formatUtc('some day')).toBe('some day')
  })
})

describe('formatAge', () => {
  it.each([
    [20_000, 'just now'],
    [5 * 60_000, '5 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [49 * 3_600_000, '2 days ago'],
  ])('%d ms is %s', (milliseconds, text) => expect(formatAge(milliseconds)).toBe(text))
})
