import { expect, test } from 'vitest'
import { readExpression } from './expression.ts'

function timesOf(text: string, zone: string, from: string, count: number): string[] {
  const expression = readExpression(text, zone)
  const times: string[] = []
  let at = expression.after(new Date(from))
  while (at !== undefined && times.length < count) {
    times.push(at.toISOString().slice(0, 16))
    at = expression.after(at)
  }
  return times
}

// When clocks go forward, 2:30 does not exist in Berlin and New York; in Lord Howe, where they go by half an hour, neither.
test.for<[zone: string, from: string, ...times: string[]]>([
  ['Europe/Berlin', '2026-03-28T12:00Z', '2026-03-29T01:00', '2026-03-30T00:30', '2026-03-31T00:30'],
  ['Europe/Berlin', '2026-10-24T12:00Z', '2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30'],
  ['America/New_York', '2026-03-07T12:00Z', '2026-03-08T07:00', '2026-03-09T06:30', '2026-03-10T06:30'],
  ['America/New_York', '2026-10-31T12:00Z', '2026-11-01T07:30', '2026-11-02T07:30', '2026-11-03T07:30'],
  ['Australia/Lord_Howe', '2026-10-02T20:00Z', '2026-10-03T15:30', '2026-10-04T15:30', '2026-10-05T15:30'],
  ['Australia/Lord_Howe', '2026-04-03T20:00Z', '2026-04-04T16:00', '2026-04-05T16:00', '2026-04-06T16:00'],
])('half past two runs once a day in %s from %s', ([zone, from, ...times]) => {
  expect(timesOf('30 2 * * *', zone, from, times.length)).toEqual(times)
})

test.for([
  ['2026-03-29T00:00Z', '00:30 01:00 01:30 02:00'],
  ['2026-10-25T00:00Z', '00:30 01:00 01:30 02:00'],
])('what repeats within the hour does so through a change of clocks: %s', ([from = '', times = '']) => {
  const found = timesOf('*/30 * * * *', 'Europe/Berlin', from, 4)
  expect(found.map((time) => time.slice(11)).join(' ')).toBe(times)
})

test('a day of the month or a day of the week, as cron reads it', () => {
  expect(timesOf('0 3 13 * FRI', 'UTC', '2026-11-10T00:00Z', 3)).toEqual([
    '2026-11-13T03:00',
    '2026-11-20T03:00',
    '2026-11-27T03:00',
  ])
})

test('six fields begin with seconds', () => {
  const next = readExpression('*/20 * * * * *').after(new Date('2026-01-01T00:00:01.500Z'))
  expect(next?.toISOString()).toBe('2026-01-01T00:00:20.000Z')
})

test('the time by a moment is that moment where it fits', () => {
  const sundays = readExpression('0 3 * * 0')
  expect(sundays.by(new Date('2026-11-22T03:00:00.000Z'))?.toISOString()).toBe('2026-11-22T03:00:00.000Z')
  expect(sundays.by(new Date('2026-11-22T02:59:59.999Z'))?.toISOString()).toBe('2026-11-15T03:00:00.000Z')
})

test.for([
  ['@daily', '0 0 * * *'],
  ['  @Weekly ', '0 0 * * 0'],
  [' 0  3 * * SUN ', '0 3 * * SUN'],
])('%s is %s', ([written = '', fields = '']) => {
  expect(readExpression(written).fields).toBe(fields)
})

test.for([
  ['0 3 * *', 'must have 5 or 6 fields, or be @daily and the like; it has 4'],
  ['0 0 3 * * 0 2026', 'must have 5 or 6 fields, or be @daily and the like; it has 7'],
  ['', 'must have 5 or 6 fields, or be @daily and the like; it has 1'],
  ['@reboot', 'must be one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually'],
  ['61 3 * * *', 'is no cron expression: Invalid value for minute: 61'],
  ['0 3 * * 8', 'is no cron expression: Invalid value for dayOfWeek: 8'],
  ['0 3 ? * *', 'must have * in place of ?, is "0 3 ? * *"'],
  ['0 3 30 2 *', 'never comes, is "0 3 30 2 *"'],
])('refuses %s', ([text = '', message = '']) => {
  expect(() => readExpression(text)).toThrow(new RangeError(message))
})

test('refuses a time zone that there is not', () => {
  expect(() => readExpression('@daily', 'Europe/Berln')).toThrow(
    'needs a time zone such as Europe/Berlin, not "Europe/Berln"',
  )
})

test('a leap day comes', () => {
  expect(timesOf('0 0 29 2 *', 'UTC', '2026-01-01T00:00Z', 1)).toEqual(['2028-02-29T00:00'])
})
