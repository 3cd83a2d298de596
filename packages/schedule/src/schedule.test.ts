import { describe, expect, test } from 'vitest'
import { createSchedule } from './schedule.ts'

function timesBetween(options: Parameters<typeof createSchedule>[0], from: string, to: string): string[] {
  const schedule = createSchedule(options)
  const times: string[] = []
  let at = schedule.after(new Date(from))
  while (at !== undefined && at < new Date(to)) {
    times.push(at.toISOString().slice(5, 16))
    at = schedule.after(at)
  }
  return times
}

describe('splay', () => {
  const names = Array.from({ length: 600 }, (_, index) => `job-${index}`)
  const offsets = names.map(
    (name) => createSchedule({ expression: '@daily', name, splayMs: 600_000 }).offsetMs,
  )

  test('is always the same for a name, whole seconds, and below its limit', () => {
    const again = names.map(
      (name) => createSchedule({ expression: '@weekly', name, splayMs: 600_000 }).offsetMs,
    )
    expect(again).toEqual(offsets)
    expect(offsets.every((offset) => offset >= 0 && offset < 600_000 && offset % 1000 === 0)).toBe(true)
  })

  test('spreads many names evenly', () => {
    const perMinute = Array.from({ length: 10 }, (_, minute) =>
      offsets.filter((offset) => Math.floor(offset / 60_000) === minute),
    )
    for (const { length } of perMinute) expect(length).toBeGreaterThan(30)
  })

  test('moves every time by as much', () => {
    const options = { expression: '0 3 * * *', name: 'shop', splayMs: 3_600_000 }
    const schedule = createSchedule(options)
    const { offsetMs } = schedule
    expect(offsetMs).toBeGreaterThan(0)
    const first = schedule.after(new Date('2026-01-01T03:00Z'))
    expect(first?.getTime()).toBe(Date.parse('2026-01-01T03:00Z') + offsetMs)
    expect(schedule.after(new Date(Date.parse('2026-01-01T03:00Z') + offsetMs))?.getTime()).toBe(
      Date.parse('2026-01-02T03:00Z') + offsetMs,
    )
  })
})

describe('blackouts', () => {
  const name = 'shop'

  test('put off to their end, once, what was due in them', () => {
    const blackouts = [{ at: '0 8 * * 1-5', forMs: 10 * 3_600_000 }]
    expect(
      timesBetween({ expression: '0 */4 * * *', name, blackouts }, '2026-11-27T00:00Z', '2026-11-28T05:00Z'),
    ).toEqual(['11-27T04:00', '11-27T18:00', '11-27T20:00', '11-28T00:00', '11-28T04:00'])
  })

  test('that meet are one', () => {
    const blackouts = [
      { at: '0 2 * * *', forMs: 3_600_000 },
      { at: '0 3 * * *', forMs: 3_600_000 },
      { at: '30 3 * * *', forMs: 3_600_000 },
    ]
    expect(
      timesBetween({ expression: '30 2 * * *', name, blackouts }, '2026-11-27T00:00Z', '2026-11-29T00:00Z'),
    ).toEqual(['11-27T04:30', '11-28T04:30'])
  })

  test('that never end leave no time', () => {
    const blackouts = [{ at: '@hourly', forMs: 2 * 3_600_000 }]
    expect(createSchedule({ expression: '@daily', name, blackouts }).after(new Date())).toBeUndefined()
  })

  test('open in the time zone of the schedule', () => {
    const options = { expression: '30 8 * * *', timeZone: 'Europe/Berlin', name }
    const blackouts = [{ at: '0 8 * * *', forMs: 3_600_000 }]
    expect(timesBetween({ ...options, blackouts }, '2026-07-01T00:00Z', '2026-07-02T00:00Z')).toEqual([
      '07-01T07:00',
    ])
  })

  // Against the plain definition: every time of the expression, moved out of every window minute by minute.
  test('agree with what they say, minute by minute', () => {
    const expression = '*/20 * * * *'
    const windows = [
      { at: '10 1 * * *', forMs: 50 * 60_000 },
      { at: '50 1 * * *', forMs: 30 * 60_000 },
      { at: '0 5 * * *', forMs: 61 * 60_000 },
    ]
    const isDark = (minute: number): boolean =>
      (minute >= 70 && minute < 120) || (minute >= 110 && minute < 140) || (minute >= 300 && minute < 361)
    const expected = new Set<string>()
    for (let minute = 0; minute < 1440; minute += 20) {
      let at = minute
      while (isDark(at)) at += 1
      expected.add(new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString().slice(5, 16))
    }
    const options = { expression, name, blackouts: windows }
    expect(timesBetween(options, '2025-12-31T23:59Z', '2026-01-02T00:00Z')).toEqual([...expected].toSorted())
  })
})

test('two schedules have the same identity exactly when they mean the same', () => {
  const of = (changes: object): string =>
    createSchedule({ expression: '@daily', name: 'shop', ...changes }).identity
  expect(of({})).toBe(of({ expression: ' 0 0 * * * ' }))
  const all = [{}, { expression: '@weekly' }, { timeZone: 'Europe/Berlin' }, { splayMs: 600_000 }]
  expect(new Set(all.map(of)).size).toBe(all.length)
})
