import { describe, expect, test } from 'vitest'
import { createSchedule, type Schedule } from './schedule.ts'
import { createTimetable } from './timetable.ts'

const daily = createSchedule({ expression: '0 3 * * *', name: 'shop' })
const hourly = createSchedule({ expression: '0 * * * *', name: 'shop' })

const at = (text: string): Date => new Date(`2026-${text}Z`)

describe('a time', () => {
  test('comes due when it is reached, and once', () => {
    const timetable = createTimetable()
    timetable.put('shop', daily, at('01-01T00:00'))
    expect(timetable.nextAt('shop')).toEqual(at('01-01T03:00'))
    expect(timetable.take(at('01-01T02:59:59'))).toEqual([])
    expect(timetable.take(at('01-01T03:00'))).toEqual([{ key: 'shop', dueAt: at('01-01T03:00'), missed: 0 }])
    expect(timetable.take(at('01-01T03:00'))).toEqual([])
    expect(timetable.nextAt()).toEqual(at('01-02T03:00'))
  })

  test('that was missed is made up once, with the number of the others', () => {
    const timetable = createTimetable()
    timetable.put('shop', daily, at('01-01T00:00'))
    expect(timetable.take(at('01-04T12:00'))).toEqual([{ key: 'shop', dueAt: at('01-01T03:00'), missed: 3 }])
    expect(timetable.take(at('01-04T12:01'))).toEqual([])
  })

  test('is not run again when the clock goes back, and the next comes at its time', () => {
    const timetable = createTimetable()
    timetable.put('shop', hourly, at('01-01T00:30'))
    expect(timetable.take(at('01-01T03:05'))).toHaveLength(1)
    for (const back of ['01-01T02:05', '01-01T03:00', '01-01T03:59'])
      expect(timetable.take(at(back))).toEqual([])
    expect(timetable.take(at('01-01T04:00'))).toMatchObject([{ dueAt: at('01-01T04:00'), missed: 0 }])
  })

  test('was under a clock set to another year: that is not believed for long', () => {
    const timetable = createTimetable()
    timetable.put('shop', daily, new Date('2031-05-05T00:00Z'))
    expect(timetable.take(at('01-01T00:00'))).toEqual([])
    expect(timetable.take(at('01-01T03:00'))).toHaveLength(1)
  })
})

test('what was due first comes first, whoever was put first', () => {
  const timetable = createTimetable()
  timetable.put('daily', daily, at('01-01T02:30'))
  timetable.put('hourly', hourly, at('01-01T00:30'))
  expect(timetable.take(at('01-01T03:30')).map(({ key }) => key)).toEqual(['hourly', 'daily'])
  timetable.remove('daily')
  expect(timetable.nextAt('daily')).toBeUndefined()
  expect(timetable.nextAt()).toEqual(at('01-01T04:00'))
})

test('many that were missed are counted to 100', () => {
  const timetable = createTimetable()
  const everySecond: Schedule = createSchedule({ expression: '* * * * * *', name: 'shop' })
  timetable.put('shop', everySecond, at('01-01T00:00'))
  expect(timetable.take(at('07-01T00:00'))).toMatchObject([{ missed: 100 }])
})
