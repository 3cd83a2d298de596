import { calendarUnits, daysBetween, periodOf, type CalendarUnit } from './calendar.ts'
import type { RetentionPolicy } from './config/types.ts'

/** The backups seen so far on the way from the newest to the oldest, as far as the rules count them. */
export interface Tally {
  count: number
  periods: Record<CalendarUnit, Set<string>>
}

const dayMs = 86_400_000
const defaultMinKeep = 1

export function newTally(): Tally {
  return { count: 0, periods: { daily: new Set(), weekly: new Set(), monthly: new Set(), yearly: new Set() } }
}

/** Counts a backup, as far as the policy asks. */
export function noteInTally(tally: Tally, startedAt: Date, policy: RetentionPolicy): void {
  tally.count += 1
  for (const unit of calendarUnits) {
    if (policy[unit] !== undefined) tally.periods[unit].add(periodOf(unit, startedAt))
  }
}

/**
 * Why nothing may be deleted by this policy: it has no rule, or a number in it makes no sense. A policy that was
 * mistyped must never read as "keep nothing".
 */
export function whyUnusable(policy: RetentionPolicy | undefined): string | undefined {
  const { minKeep = defaultMinKeep, ...rules } = limitsOf(policy ?? {})
  const wrong = Object.entries(rules).find(([, limit]) => !Number.isSafeInteger(limit) || limit < 1)
  if (wrong !== undefined) return `no usable retention: ${wrong[0]} is ${wrong[1]}`
  if (!Number.isSafeInteger(minKeep) || minKeep < 0) return `no usable retention: minKeep is ${minKeep}`
  if (Object.keys(rules).length === 0) return 'no retention is configured'
  return undefined
}

/**
 * The first rule that keeps a backup, in words, or undefined.
 *
 * @param newer the newer backups that it may give way to
 * @param isGood whether minKeep holds it back
 */
export function keepingRule(
  startedAt: Date,
  policy: RetentionPolicy,
  newer: Tally,
  now: Date,
  isGood: boolean,
): string | undefined {
  const { days, last = 0, minKeep = defaultMinKeep } = policy
  if (days !== undefined && now.getTime() - startedAt.getTime() < days * dayMs) {
    return `younger than ${inDays(days)} (${inDays(daysBetween(startedAt, now))} old)`
  }
  if (newer.count < last) return `last ${newer.count + 1} of ${last}`
  for (const unit of calendarUnits) {
    const limit = policy[unit] ?? 0
    const seen = newer.periods[unit]
    if (seen.size >= limit) continue
    const period = periodOf(unit, startedAt)
    if (!seen.has(period)) return `${unit} ${seen.size + 1} of ${limit} (${period})`
  }
  if (isGood && newer.count < minKeep) return `minKeep ${newer.count + 1} of ${minKeep}`
  return undefined
}

/** Why a backup that no rule keeps may go. */
export function whyExpired(startedAt: Date, policy: RetentionPolicy, now: Date): string {
  const { minKeep: _minKeep, days, ...others } = limitsOf(policy)
  const counted = Object.entries(others).map(([rule, limit]) => `${rule} ${limit}`)
  if (days === undefined) return `not among ${counted.join(', ')}`
  const expired = `older than ${inDays(days)} (${inDays(daysBetween(startedAt, now))} old)`
  return counted.length === 0 ? expired : `${expired} and no other rule keeps it`
}

/** The numbers that a policy sets, and nothing else that the object may hold. */
function limitsOf(policy: RetentionPolicy): Partial<Record<keyof RetentionPolicy, number>> {
  const { days, last, daily, weekly, monthly, yearly, minKeep } = policy
  const limits = { days, last, daily, weekly, monthly, yearly, minKeep }
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined))
}

function inDays(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}
