import { describe, expect, test } from 'vitest'
import type { Retention } from './config/types.ts'
import { planRetention, type KeptBackup } from './retention.ts'

const now = new Date('2026-11-22T12:00:00Z')

/** A good, verified backup; its name is the moment it was taken unless told otherwise. */
function backup(startedAt: string, details: Partial<KeptBackup> = {}): KeptBackup {
  return {
    id: startedAt,
    name: startedAt,
    job: 'shop',
    likeness: 'full',
    startedAt: new Date(startedAt.length === 10 ? `${startedAt}T03:00:00Z` : startedAt),
    verified: true,
    protected: false,
    state: 'good',
    ...details,
  }
}

const unverified = { verified: false, state: 'unverified' } as const
const failed = { verified: false, state: 'failed' } as const
const suspect = { verified: true, state: 'suspect' } as const

function reasons(backups: KeptBackup[], retention: Retention | undefined, at = now): Record<string, string> {
  const { actions } = planRetention(backups, retention, at)
  return Object.fromEntries(
    actions.map(({ backup: { name }, action, reason }) => [name, `${action}: ${reason}`]),
  )
}

describe('each rule', () => {
  test('days keeps what is younger, to the millisecond', () => {
    const justInside = backup('2026-11-15T12:00:00.001Z')
    const justOutside = backup('2026-11-15T12:00:00.000Z')
    expect(reasons([backup('2026-11-22'), justInside, justOutside], { days: 7 })).toEqual({
      '2026-11-22': 'keep: newest verified backup',
      [justInside.name]: 'keep: younger than 7 days (6 days old)',
      [justOutside.name]: 'delete: older than 7 days (7 days old)',
    })
  })

  test('days counts 24 hours a day across the change of clocks and the leap day', () => {
    const march = new Date('2028-03-02T01:30:00Z')
    const plan = reasons(
      [backup('2028-03-01'), backup('2028-02-29T01:30:00.001Z'), backup('2028-02-29T01:30:00Z')],
      { days: 2 },
      march,
    )
    expect(Object.values(plan).slice(1)).toEqual([
      'keep: younger than 2 days (1 day old)',
      'delete: older than 2 days (2 days old)',
    ])
    const october = new Date('2026-10-26T01:00:00Z')
    expect(
      reasons([backup('2026-10-25T12:00:00Z'), backup('2026-10-25T00:59:00Z')], { days: 1 }, october),
    ).toMatchObject({
      '2026-10-25T00:59:00Z': 'delete: older than 1 day (1 day old)',
    })
  })

  test('last keeps the newest, by time and not by name', () => {
    const names = { '2026-11-22': 'a', '2026-11-21': 'd', '2026-11-20': 'c', '2026-11-19': 'b' }
    const backups = Object.entries(names).map(([day, name]) => backup(day, { name, id: name }))
    expect(reasons(backups, { last: 2 })).toEqual({
      a: 'keep: newest verified backup',
      d: 'keep: last 2 of 2',
      c: 'delete: not among last 2',
      b: 'delete: not among last 2',
    })
  })

  test('daily keeps the newest of each day that has one, and passes over days that have none', () => {
    const backups = [
      '2026-11-22T02:00:00Z',
      '2026-11-22T01:00:00Z',
      '2026-11-21T23:59:59Z',
      '2026-11-21T00:00:00Z',
      '2026-11-10T05:00:00Z',
      '2026-11-09T05:00:00Z',
    ]
    expect(
      Object.values(
        reasons(
          backups.map((moment) => backup(moment)),
          { daily: 3 },
        ),
      ),
    ).toEqual([
      'keep: newest verified backup',
      'delete: not among daily 3',
      'keep: daily 2 of 3 (2026-11-21)',
      'delete: not among daily 3',
      'keep: daily 3 of 3 (2026-11-10)',
      'delete: not among daily 3',
    ])
  })

  test('weekly goes by ISO weeks, over the end of a year of 53 weeks', () => {
    const january = new Date('2027-01-05T12:00:00Z')
    const days = ['2027-01-04', '2027-01-03', '2026-12-28', '2026-12-27', '2026-12-20']
    expect(
      Object.values(
        reasons(
          days.map((day) => backup(day)),
          { weekly: 3 },
          january,
        ),
      ),
    ).toEqual([
      'keep: newest verified backup',
      'keep: weekly 2 of 3 (2026-W53)',
      'delete: not among weekly 3',
      'keep: weekly 3 of 3 (2026-W52)',
      'delete: not among weekly 3',
    ])
  })

  test('monthly keeps the last of February in a leap year', () => {
    const march = new Date('2028-03-02T00:00:00Z')
    const days = ['2028-03-01', '2028-02-29', '2028-02-28', '2028-01-31']
    expect(
      Object.values(
        reasons(
          days.map((day) => backup(day)),
          { monthly: 2 },
          march,
        ),
      ),
    ).toEqual([
      'keep: newest verified backup',
      'keep: monthly 2 of 2 (2028-02)',
      'delete: not among monthly 2',
      'delete: not among monthly 2',
    ])
  })

  test('yearly keeps one of each year', () => {
    const moments = [
      '2026-11-22T03:00:00Z',
      '2026-01-01T00:00:00Z',
      '2025-12-31T23:59:59Z',
      '2024-06-01T00:00:00Z',
    ]
    expect(
      Object.values(
        reasons(
          moments.map((moment) => backup(moment)),
          { yearly: 2 },
        ),
      ),
    ).toEqual([
      'keep: newest verified backup',
      'delete: not among yearly 2',
      'keep: yearly 2 of 2 (2025)',
      'delete: not among yearly 2',
    ])
  })

  test('minKeep keeps the newest good ones however old they are', () => {
    const days = ['2025-03-04', '2025-03-03', '2025-03-02', '2025-03-01']
    expect(
      Object.values(
        reasons(
          days.map((day) => backup(day)),
          { days: 30, minKeep: 3 },
        ),
      ),
    ).toEqual([
      'keep: newest verified backup',
      'keep: minKeep 2 of 3',
      'keep: minKeep 3 of 3',
      'delete: older than 30 days (631 days old)',
    ])
  })

  test('a backup stays if any rule keeps it', () => {
    const days = ['2026-11-22', '2026-11-21', '2026-11-20', '2026-10-31', '2026-10-30']
    expect(
      Object.values(
        reasons(
          days.map((day) => backup(day)),
          { days: 2, last: 1, monthly: 2 },
        ),
      ),
    ).toEqual([
      'keep: newest verified backup',
      'keep: younger than 2 days (1 day old)',
      'delete: older than 2 days (2 days old) and no other rule keeps it',
      'keep: monthly 2 of 2 (2026-10)',
      'delete: older than 2 days (23 days old) and no other rule keeps it',
    ])
  })
})

describe('what no rule may delete', () => {
  const old = ['2026-01-03', '2026-01-02', '2026-01-01']

  test('the newest verified backup, even when newer ones are not verified', () => {
    const plan = reasons([backup('2026-11-22', unverified), ...old.map((day) => backup(day))], {
      days: 7,
      minKeep: 0,
    })
    expect(plan).toMatchObject({
      '2026-01-03': 'keep: newest verified backup',
      '2026-01-02': 'delete: older than 7 days (324 days old)',
    })
  })

  test('a protected backup, which still counts as the backup that it is', () => {
    const plan = reasons(
      [backup('2026-11-22'), backup('2026-11-21', { protected: true }), backup('2026-11-20')],
      { last: 2 },
    )
    expect(plan).toMatchObject({ '2026-11-21': 'keep: protected', '2026-11-20': 'delete: not among last 2' })
  })

  test('one whose manifest cannot be read, or whose time is not a time', () => {
    const invalid = backup('2026-01-01', { state: 'invalid', verified: false })
    const timeless = backup('2026-01-02', { startedAt: new Date(Number.NaN) })
    expect(reasons([backup('2026-11-22'), invalid, timeless], { last: 1 })).toMatchObject({
      '2026-01-01': 'skip: its manifest cannot be read or trusted',
      '2026-01-02': 'skip: its manifest cannot be read or trusted',
    })
  })

  test('anything, by a policy that is absent, empty, or makes no sense', () => {
    const backups = ['2026-11-22', ...old].map((day) => backup(day))
    const policies: (Retention | undefined)[] = [
      undefined,
      {},
      { minKeep: 1 },
      { labels: { other: { last: 1 } } },
      { last: 0 },
      { days: -1, last: 1 },
      { last: 1, minKeep: Number.NaN },
      { lsat: 1 } as Retention,
    ]
    for (const policy of policies) {
      const actions = planRetention(backups, policy, now).actions.map(({ action }) => action)
      expect(actions).toEqual(['keep', 'keep', 'keep', 'keep'])
    }
    expect(reasons(backups, { last: 0 })['2026-01-01']).toBe('keep: no usable retention: last is 0')
    expect(reasons(backups, {})['2026-01-01']).toBe('keep: no retention is configured')
  })
})

describe('trust', () => {
  test('unverified backups give way to each other and to verified ones, but push no verified one out', () => {
    const backups = [
      backup('2026-11-22', unverified),
      backup('2026-11-21', unverified),
      backup('2026-11-20', unverified),
      backup('2026-11-19'),
      backup('2026-11-18'),
      backup('2026-11-17'),
      backup('2026-11-16', unverified),
    ]
    expect(reasons(backups, { last: 2 })).toEqual({
      '2026-11-22': 'keep: last 1 of 2',
      '2026-11-21': 'keep: last 2 of 2',
      '2026-11-20': 'delete: not among last 2',
      '2026-11-19': 'keep: newest verified backup',
      '2026-11-18': 'keep: last 2 of 2',
      '2026-11-17': 'delete: not among last 2',
      '2026-11-16': 'delete: not among last 2',
    })
  })

  test('a failed or suspect backup takes nobody’s place, and goes when a better one covers it', () => {
    const backups = [
      backup('2026-11-22'),
      backup('2026-11-21', failed),
      backup('2026-11-20', suspect),
      backup('2026-11-19'),
      backup('2026-11-18'),
      backup('2026-10-31', suspect),
      backup('2026-10-30'),
    ]
    expect(reasons(backups, { last: 2, monthly: 2 })).toEqual({
      '2026-11-22': 'keep: newest verified backup',
      '2026-11-21': 'keep: last 2 of 2',
      '2026-11-20': 'keep: last 2 of 2',
      '2026-11-19': 'keep: last 2 of 2',
      '2026-11-18': 'delete: not among last 2, monthly 2',
      '2026-10-31': 'keep: monthly 2 of 2 (2026-10)',
      '2026-10-30': 'keep: monthly 2 of 2 (2026-10)',
    })
  })

  test('a schema-only backup never makes a full one expire, and its newest stays too', () => {
    const schema = { likeness: 'schema' }
    const backups = [
      backup('2026-11-22', schema),
      backup('2026-11-21', schema),
      backup('2026-11-20', schema),
      backup('2026-11-19'),
      backup('2026-11-18'),
    ]
    expect(reasons(backups, { last: 1 })).toEqual({
      '2026-11-22': 'keep: newest verified backup',
      '2026-11-21': 'delete: not among last 1',
      '2026-11-20': 'delete: not among last 1',
      '2026-11-19': 'keep: newest verified backup',
      '2026-11-18': 'delete: not among last 1',
    })
  })
})

describe('labels', () => {
  const backups = [
    backup('2026-11-22'),
    backup('2026-11-21', { label: 'pre-deploy' }),
    backup('2026-11-20', { label: 'pre-deploy' }),
    backup('2026-11-19', { label: 'by-hand' }),
    backup('2026-11-18'),
  ]

  test('a label of its own policy is a group of its own; the others share the general one', () => {
    expect(reasons(backups, { last: 2, labels: { 'pre-deploy': { last: 1 } } })).toEqual({
      '2026-11-22': 'keep: newest verified backup',
      '2026-11-21': 'keep: last 1 of 1',
      '2026-11-20': 'delete: not among last 1',
      '2026-11-19': 'keep: last 2 of 2',
      '2026-11-18': 'delete: not among last 2',
    })
  })

  test('a label named like a property of every object is a label like any other', () => {
    const odd = [backup('2026-11-22'), backup('2026-11-21', { label: 'constructor' })]
    expect(reasons(odd, { last: 1, labels: {} })['2026-11-21']).toBe('delete: not among last 1')
  })

  test('an empty policy for a label keeps all of that label', () => {
    expect(reasons(backups, { last: 1, labels: { 'pre-deploy': {} } })).toMatchObject({
      '2026-11-20': 'keep: no retention is configured',
      '2026-11-19': 'delete: not among last 1',
    })
  })
})

describe('frozen', () => {
  const good = ['2026-11-20', '2026-11-19', '2026-11-18'].map((day) => backup(day))
  const frozenPlan = (newest: KeptBackup[], freeze?: string) => {
    const plan = planRetention([...newest, ...good], { last: 1 }, now, freeze)
    expect(plan.actions.map(({ action }) => action)).toEqual(plan.actions.map(() => 'skip'))
    expect(plan.actions.map(({ reason }) => reason)).toEqual(plan.actions.map(() => plan.frozen))
    return plan.frozen
  }

  test('by the caller’s own reason', () => {
    expect(frozenPlan([], 'the last run failed')).toBe('the last run failed')
  })

  test('by a newest backup that failed or is suspect, also behind unverified ones', () => {
    expect(frozenPlan([backup('2026-11-22', failed)])).toBe(
      'frozen: 2026-11-22 failed verification, until a newer backup is verified',
    )
    expect(frozenPlan([backup('2026-11-22', unverified), backup('2026-11-21', suspect)])).toBe(
      'frozen: 2026-11-21 is suspect, until it is accepted or a newer backup is verified',
    )
  })

  test('not any more once it is accepted, or a newer one is verified', () => {
    const accepted = planRetention([backup('2026-11-22'), ...good], { last: 1 }, now)
    const followed = planRetention(
      [backup('2026-11-22'), backup('2026-11-21', suspect), ...good],
      { last: 1 },
      now,
    )
    expect(accepted.frozen).toBeUndefined()
    expect(followed.frozen).toBeUndefined()
    expect(followed.actions.filter(({ action }) => action === 'delete')).toHaveLength(4)
  })

  test('for its own likeness only, where another likeness went on well', () => {
    const schema = { likeness: 'schema' }
    const plan = reasons(
      [
        backup('2026-11-22'),
        backup('2026-11-21', { ...schema, ...failed }),
        backup('2026-11-19', schema),
        backup('2026-11-18', schema),
        backup('2026-11-17'),
      ],
      { last: 1 },
    )
    expect(plan).toMatchObject({
      '2026-11-18': 'skip: frozen: 2026-11-21 failed verification, until a newer backup is verified',
      '2026-11-17': 'delete: not among last 1',
    })
  })

  test('by a backup from the future, with five minutes of grace', () => {
    expect(frozenPlan([backup('2026-11-22T12:05:00.001Z')])).toBe(
      'frozen: 2026-11-22T12:05:00.001Z is dated in the future, so the clock is wrong now or was when it was made',
    )
    const within = planRetention([backup('2026-11-22T12:05:00.000Z'), ...good], { last: 1 }, now)
    expect(within.frozen).toBeUndefined()
    expect(within.actions.filter(({ action }) => action === 'delete')).toHaveLength(3)
  })
})

test('a plan of no backups is empty', () => {
  expect(planRetention([], { last: 1 }, now)).toEqual({ actions: [] })
})
