import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Retention, RetentionPolicy } from './config/types.ts'
import { planRetention, type KeptBackup } from './retention.ts'

const hourMs = 3_600_000
const now = new Date('2028-03-01T00:30:00Z')
const labels = ['pre-deploy', 'by-hand'] as const

// Half of all runs are a few hours apart and half are spread over years, so that every rule has something to decide.
const ageHours = fc.oneof(fc.integer({ min: 0, max: 24 * 20 }), fc.integer({ min: 0, max: 24 * 365 * 4 }))

// Mostly good ones: with as many bad ones as good ones nearly every plan would be frozen.
const standing: fc.Arbitrary<Pick<KeptBackup, 'verified' | 'state'>> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({ verified: true, state: 'good' } as const) },
  { weight: 6, arbitrary: fc.constant({ verified: false, state: 'unverified' } as const) },
  { weight: 1, arbitrary: fc.constant({ verified: false, state: 'good' } as const) },
  { weight: 1, arbitrary: fc.constant({ verified: true, state: 'suspect' } as const) },
  { weight: 1, arbitrary: fc.constant({ verified: false, state: 'suspect' } as const) },
  { weight: 1, arbitrary: fc.constant({ verified: false, state: 'failed' } as const) },
  { weight: 1, arbitrary: fc.constant({ verified: false, state: 'invalid' } as const) },
)

const history: fc.Arbitrary<KeptBackup[]> = fc
  .array(
    fc.record({
      ageHours,
      standing,
      likeness: fc.constantFrom('full', 'full', 'full', 'schema'),
      label: fc.option(fc.constantFrom(...labels), { nil: undefined, freq: 2 }),
      isProtected: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    }),
    { maxLength: 40, size: 'max' },
  )
  .map((drawn) =>
    drawn.map((one, index) => ({
      id: String(index).padStart(4, '0'),
      // The name says nothing about the age.
      name: `shop_${(index * 7919) % 1009}`,
      job: 'shop',
      likeness: one.likeness,
      startedAt: new Date(now.getTime() - one.ageHours * hourMs),
      ...(one.label !== undefined && { label: one.label }),
      protected: one.isProtected,
      ...one.standing,
    })),
  )

const limit = fc.integer({ min: 1, max: 5 })
const everyRule: fc.Arbitrary<RetentionPolicy> = fc.record(
  {
    days: fc.integer({ min: 1, max: 60 }),
    last: limit,
    daily: limit,
    weekly: limit,
    monthly: limit,
    yearly: limit,
    minKeep: fc.integer({ min: 0, max: 5 }),
  },
  { requiredKeys: [] },
)
const oneRule: fc.Arbitrary<RetentionPolicy> = fc.oneof(
  limit.map((last) => ({ last })),
  limit.map((weekly) => ({ weekly })),
  fc.tuple(limit, fc.integer({ min: 0, max: 2 })).map(([days, minKeep]) => ({ days, minKeep })),
  fc.tuple(limit, limit).map(([daily, monthly]) => ({ daily, monthly })),
)
const policy = fc.oneof(everyRule, oneRule)
const retention: fc.Arbitrary<Retention> = fc
  .tuple(policy, fc.option(fc.dictionary(fc.constantFrom(...labels), policy), { nil: undefined }))
  .map(([general, own]) => ({ ...general, ...(own !== undefined && { labels: own }) }))

/** Law 5 is tried on 10,000 random histories and lives; what only makes a plan reliable, on fewer. */
const numRuns = 10_000
const numRunsOfTheRest = 2500
const timeoutMs = 300_000

const deletedIds = (backups: readonly KeptBackup[], rules: Retention | undefined, at = now) =>
  planRetention(backups, rules, at)
    .actions.filter(({ action }) => action === 'delete')
    .map(({ backup }) => backup.id)

const without = (backups: readonly KeptBackup[], ids: readonly string[]) => {
  const gone = new Set(ids)
  return backups.filter(({ id }) => !gone.has(id))
}

describe('over random histories', () => {
  test('the rules have something to decide: plans that delete, keep, skip and freeze all occur', () => {
    const seen = { delete: 0, keep: 0, skip: 0, frozen: 0 }
    for (const [backups, rules] of fc.sample(fc.tuple(history, retention), { numRuns: 2000, seed: 1 })) {
      const plan = planRetention(backups, rules, now)
      if (plan.frozen !== undefined) seen.frozen += 1
      for (const { action } of plan.actions) seen[action] += 1
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(200)
  })

  test('one with a verified backup keeps a verified one, of every likeness', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(history, retention, (backups, rules) => {
        const left = without(backups, deletedIds(backups, rules))
        for (const likeness of ['full', 'schema']) {
          const verified = (backup: KeptBackup) => backup.verified && backup.likeness === likeness
          expect(left.some(verified)).toBe(backups.some(verified))
        }
      }),
      { numRuns },
    )
  })

  test(
    'each backup has exactly one action; protected and unreadable ones are never deleted',
    { timeout: timeoutMs },
    () => {
      fc.assert(
        fc.property(history, retention, (backups, rules) => {
          const { actions } = planRetention(backups, rules, now)
          expect(actions.map(({ backup }) => backup.id).toSorted()).toEqual(
            backups.map(({ id }) => id).toSorted(),
          )
          const deleted = actions.filter(({ action }) => action === 'delete').map(({ backup }) => backup)
          expect(deleted.filter((backup) => backup.protected || backup.state === 'invalid')).toEqual([])
        }),
        { numRuns },
      )
    },
  )

  test('once a plan is carried out, the next one deletes nothing', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(history, retention, (backups, rules) => {
        expect(deletedIds(without(backups, deletedIds(backups, rules)), rules)).toEqual([])
      }),
      { numRuns: numRunsOfTheRest },
    )
  })

  test('a plan carried out halfway comes to the same end', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(history, retention, fc.infiniteStream(fc.boolean()), (backups, rules, coin) => {
        const planned = deletedIds(backups, rules)
        const done = planned.filter(() => coin.next().value as boolean)
        const rest = deletedIds(without(backups, done), rules)
        expect([...done, ...rest].toSorted()).toEqual(planned.toSorted())
      }),
      { numRuns: numRunsOfTheRest },
    )
  })

  test('the order in which a storage lists them changes nothing', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(
        history.chain((backups) =>
          fc.tuple(fc.constant(backups), fc.shuffledSubarray(backups, { minLength: backups.length })),
        ),
        retention,
        ([backups, shuffled], rules) => {
          expect(planRetention(shuffled, rules, now)).toEqual(planRetention(backups, rules, now))
        },
      ),
      { numRuns: numRunsOfTheRest },
    )
  })

  test('raising any number never deletes more', { timeout: timeoutMs }, () => {
    const raise = fc.record({
      rule: fc.nat(),
      by: fc.integer({ min: 1, max: 30 }),
      label: fc.option(fc.constantFrom(...labels)),
    })
    fc.assert(
      fc.property(history, retention, raise, (backups, rules, { rule, by, label }) => {
        const own = label === null ? undefined : rules.labels?.[label]
        const target: RetentionPolicy = own ?? rules
        const numbers = (Object.keys(target) as (keyof RetentionPolicy | 'labels')[]).filter(
          (key) => key !== 'labels',
        )
        const key = numbers[rule % numbers.length]
        fc.pre(key !== undefined)
        const raised = { ...target, [key]: (target[key] ?? 0) + by }
        const more =
          own === undefined || label === null
            ? raised
            : { ...rules, labels: { ...rules.labels, [label]: raised } }
        const before = new Set(deletedIds(backups, rules))
        expect(deletedIds(backups, more).filter((id) => !before.has(id))).toEqual([])
      }),
      { numRuns: numRunsOfTheRest },
    )
  })

  test(
    'a failed, suspect or unverified run never makes a verified backup expire',
    { timeout: timeoutMs },
    () => {
      const newer = fc.array(
        fc.constantFrom(
          ...([
            { verified: false, state: 'unverified' },
            { verified: true, state: 'suspect' },
            { verified: false, state: 'failed' },
          ] as const),
        ),
        { minLength: 1, maxLength: 20 },
      )
      fc.assert(
        fc.property(history, retention, newer, (backups, rules, runs) => {
          const added = runs.map((run, index): KeptBackup => ({
            id: `new-${index}`,
            name: `new-${index}`,
            job: 'shop',
            likeness: 'full',
            startedAt: new Date(now.getTime() + (index + 1) * 1000),
            protected: false,
            ...run,
          }))
          const at = new Date(now.getTime() + runs.length * 1000)
          const before = new Set(deletedIds(backups, rules, at))
          const verified = new Set(backups.filter((backup) => backup.verified).map(({ id }) => id))
          const lost = deletedIds([...backups, ...added], rules, at).filter(
            (id) => verified.has(id) && !before.has(id),
          )
          expect(lost).toEqual([])
        }),
        { numRuns },
      )
    },
  )
})

type Step =
  | { type: 'backup'; likeness: 'full' | 'schema'; label: (typeof labels)[number] | undefined }
  | { type: 'verify'; pick: number; outcome: Pick<KeptBackup, 'verified' | 'state'> }
  | { type: 'protect'; pick: number }
  | { type: 'prune' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('backup' as const),
      likeness: fc.constantFrom('full' as const, 'full' as const, 'schema' as const),
      label: fc.option(fc.constantFrom(...labels), { nil: undefined }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('verify' as const),
      // Mostly the newest, as a run does it; sometimes an older one, as a person does it.
      pick: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 30 }) }),
      outcome: fc.oneof(
        { weight: 6, arbitrary: fc.constant({ verified: true, state: 'good' } as const) },
        { weight: 1, arbitrary: fc.constant({ verified: true, state: 'suspect' } as const) },
        { weight: 1, arbitrary: fc.constant({ verified: false, state: 'failed' } as const) },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('protect' as const), pick: fc.nat({ max: 30 }) }) },
  { weight: 3, arbitrary: fc.constant({ type: 'prune' as const }) },
)

/** Steps, each some hours after the one before it. */
const life = fc.array(fc.tuple(step, fc.integer({ min: 1, max: 24 * 40 })), {
  minLength: 5,
  maxLength: 80,
  size: 'max',
})

/** What a prune found, newest first, and what it took. */
interface Prune {
  found: KeptBackup[]
  lost: KeptBackup[]
}

function liveThrough(steps: readonly (readonly [Step, number])[], rules: Retention): Prune[] {
  const prunes: Prune[] = []
  let clock = Date.UTC(2026, 0, 1)
  let kept: KeptBackup[] = []
  for (const [index, [one, hours]] of steps.entries()) {
    clock += hours * hourMs
    if (one.type === 'backup') {
      kept = [newBackup(index, new Date(clock), one), ...kept]
    } else if (one.type === 'prune') {
      const gone = deletedIds(kept, rules, new Date(clock))
      prunes.push({ found: kept, lost: kept.filter(({ id }) => gone.includes(id)) })
      kept = without(kept, gone)
    } else {
      const change = one.type === 'protect' ? { protected: true } : one.outcome
      kept = kept.map((backup, position) => (position === one.pick ? { ...backup, ...change } : backup))
    }
  }
  return prunes
}

function newBackup(
  index: number,
  startedAt: Date,
  { likeness, label }: { likeness: string; label: string | undefined },
): KeptBackup {
  return {
    id: `${index}`,
    name: `shop_${(index * 37) % 101}`,
    job: 'shop',
    likeness,
    startedAt,
    ...(label !== undefined && { label }),
    verified: false,
    protected: false,
    state: 'unverified',
  }
}

const isVerified = (backup: KeptBackup) => backup.verified
const isDoubtful = (backup: KeptBackup | undefined) =>
  backup?.state === 'failed' || backup?.state === 'suspect'

test(
  'over random lives, no prune takes the last verified backup, a protected one, or anything after a bad run',
  { timeout: timeoutMs },
  () => {
    let taken = 0
    fc.assert(
      fc.property(life, retention, (steps, rules) => {
        const prunes = liveThrough(steps, rules)
        taken += prunes.reduce((sum, { lost }) => sum + lost.length, 0)
        const fatal = prunes.filter(
          ({ found, lost }) =>
            found.some(isVerified) && found.filter(isVerified).every((one) => lost.includes(one)),
        )
        const broken = prunes.filter(({ lost }) => lost.some((one) => one.protected))
        const hasty = prunes.filter(
          ({ found, lost }) =>
            lost.length > 0 && isDoubtful(found.find(({ state }) => state !== 'unverified')),
        )
        expect({ fatal, broken, hasty }).toEqual({ fatal: [], broken: [], hasty: [] })
      }),
      { numRuns },
    )
    expect(taken).toBeGreaterThan(numRuns)
  },
)
