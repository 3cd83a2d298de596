import { expect, test } from 'vitest'
import { scheduleFindings } from './findings.ts'

const found = (schedule: unknown): string[] =>
  scheduleFindings({ jobs: { shop: { schedule } } }).map(
    ({ path, message }) => `${path.join('.')}  ${message}`,
  )

test('what is right or of the wrong type is no finding', () => {
  for (const value of [
    undefined,
    '0 3 * * 0',
    5,
    [],
    { backup: '@daily', timeZone: 'Asia/Tokyo', blackouts: [] },
  ]) {
    expect(found(value)).toEqual([])
  }
  for (const value of [undefined, null, [], { jobs: 5 }, { jobs: { shop: 5 } }]) {
    expect(scheduleFindings(value)).toEqual([])
  }
})

test('everything that is wrong is found, each at its place', () => {
  expect(found('0 3 * *')).toEqual([
    'jobs.shop.schedule  must have 5 or 6 fields, or be @daily and the like; it has 4',
  ])
  const schedule = {
    backup: '@dayly',
    verify: '0 3 * * 9',
    timeZone: 'Berlin',
    blackouts: [{ at: '@daily', for: '1h' }, { at: 'x', for: '1h' }, 5],
  }
  expect(found(schedule)).toEqual([
    'jobs.shop.schedule.timeZone  must be a time zone such as Europe/Berlin, is "Berlin"',
    'jobs.shop.schedule.backup  must be one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually',
    'jobs.shop.schedule.verify  is no cron expression: Invalid value for dayOfWeek: 9',
    'jobs.shop.schedule.blackouts.1.at  must have 5 or 6 fields, or be @daily and the like; it has 1',
  ])
})
