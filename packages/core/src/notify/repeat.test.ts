import { describe, expect, it } from 'vitest'
import { samenessOf } from './happening.ts'
import { repetition, type ToldBefore } from './repeat.ts'

const now = new Date('2026-11-22T12:00:00Z')
const failure = samenessOf({ event: 'backup.failed', error: { code: 'STORAGE_FULL', message: 'no room' } })
const other = samenessOf({ event: 'backup.failed', error: { code: 'RUN_LOCKED', message: 'held' } })

function before(
  ...told: [hoursAgo: number, status: ToldBefore['status'], sameness?: string][]
): ToldBefore[] {
  return told.map(([hours, status, sameness = failure]) => ({
    sameness,
    status,
    at: new Date(now.getTime() - hours * 3_600_000),
  }))
}

describe('repetition', () => {
  it.each<[string, ToldBefore[], number | undefined, { tell: boolean; quietened: number }]>([
    ['the first time', [], 24, { tell: true, quietened: 0 }],
    ['the same an hour ago', before([1, 'delivered']), 24, { tell: false, quietened: 0 }],
    ['the same a day ago', before([24, 'delivered']), 24, { tell: true, quietened: 0 }],
    [
      'the same an hour ago, where nothing is quietened',
      before([1, 'delivered']),
      undefined,
      { tell: true, quietened: 0 },
    ],
    [
      'the same, last told a day ago',
      before([1, 'quietened'], [2, 'quietened'], [25, 'delivered']),
      24,
      { tell: true, quietened: 2 },
    ],
    [
      'the same, last told 23 hours ago',
      before([1, 'quietened'], [23, 'delivered']),
      24,
      { tell: false, quietened: 1 },
    ],
    ['another an hour ago', before([1, 'delivered', other]), 24, { tell: true, quietened: 0 }],
    [
      'the same, with another in between',
      before([1, 'delivered', other], [2, 'delivered']),
      24,
      { tell: true, quietened: 0 },
    ],
    [
      'another, which was quietened',
      before([1, 'quietened', other], [2, 'delivered', other]),
      24,
      { tell: true, quietened: 1 },
    ],
    ['the same, which could not be sent', before([1, 'failed']), 24, { tell: true, quietened: 0 }],
    ['the same, which was told to others', before([1, 'untold']), 24, { tell: true, quietened: 0 }],
  ])('after %s', (_what, told, hours, expected) => {
    const repeatEveryMs = hours === undefined ? undefined : hours * 3_600_000
    expect(repetition(failure, { before: told, repeatEveryMs, now })).toEqual(expected)
  })
})
