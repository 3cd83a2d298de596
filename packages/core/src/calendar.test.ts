import { describe, expect, test } from 'vitest'
import { calendarUnits, daysBetween, periodOf } from './calendar.ts'

const at = (text: string) => new Date(text)

describe('periodOf', () => {
  test.each([
    ['daily', '2026-11-22T23:59:59.999Z', '2026-11-22'],
    ['daily', '2026-11-23T00:00:00.000Z', '2026-11-23'],
    ['daily', '2028-02-29T12:00:00Z', '2028-02-29'],
    ['daily', '2027-02-28T23:59:59.999Z', '2027-02-28'],
    ['monthly', '2028-02-29T23:59:59.999Z', '2028-02'],
    ['monthly', '2028-03-01T00:00:00.000Z', '2028-03'],
    ['yearly', '2026-12-31T23:59:59.999Z', '2026'],
    ['yearly', '2027-01-01T00:00:00.000Z', '2027'],
    ['weekly', '2026-11-22T23:59:59.999Z', '2026-W47'],
    ['weekly', '2026-11-23T00:00:00.000Z', '2026-W48'],
    // The week of 1 January belongs to the year that its Thursday is in.
    ['weekly', '2026-12-31T00:00:00Z', '2026-W53'],
    ['weekly', '2027-01-03T23:59:59.999Z', '2026-W53'],
    ['weekly', '2027-01-04T00:00:00.000Z', '2027-W01'],
    ['weekly', '2024-12-30T00:00:00Z', '2025-W01'],
    ['weekly', '2021-01-01T00:00:00Z', '2020-W53'],
    ['weekly', '2028-01-01T00:00:00Z', '2027-W52'],
    ['weekly', '2028-02-29T00:00:00Z', '2028-W09'],
  ] as const)('%s of %s is %s', (unit, moment, period) => {
    expect(periodOf(unit, at(moment))).toBe(period)
  })

  test('every ISO week of a leap cycle has seven days, and weeks never go back', () => {
    const daysInWeek = new Map<string, number>()
    let previous = ''
    for (let day = Date.UTC(2001, 0, 1); day < Date.UTC(2029, 0, 1); day += 86_400_000) {
      const week = periodOf('weekly', new Date(day))
      expect(week >= previous).toBe(true)
      previous = week
      daysInWeek.set(week, (daysInWeek.get(week) ?? 0) + 1)
    }
    expect([...daysInWeek.values()].every((days) => days === 7)).toBe(true)
    expect(daysInWeek.size).toBe(1461)
  })

  test('a moment has the same periods in every time zone of the machine', () => {
    const zone = process.env['TZ']
    const moments = ['2026-03-29T00:30:00Z', '2026-10-25T00:30:00Z', '2026-12-31T23:30:00Z'].map(at)
    const seen = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Kiritimati'].map((name) => {
      process.env['TZ'] = name
      return moments.map((moment) => calendarUnits.map((unit) => periodOf(unit, moment)))
    })
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
    expect(new Set(seen.map((periods) => JSON.stringify(periods))).size).toBe(1)
  })
})

describe('daysBetween', () => {
  test.each([
    ['2026-11-22T00:00:00Z', '2026-11-22T23:59:59Z', 0],
    ['2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z', 1],
    // Clocks in Europe go back on 25 October: still 24 hours a day here.
    ['2026-10-24T22:30:00Z', '2026-10-25T22:29:59Z', 0],
    ['2028-02-28T12:00:00Z', '2028-03-01T12:00:00Z', 2],
    ['2026-11-23T00:00:00Z', '2026-11-22T00:00:00Z', 0],
  ])('from %s to %s are %i', (earlier, later, days) => {
    expect(daysBetween(at(earlier), at(later))).toBe(days)
  })
})
