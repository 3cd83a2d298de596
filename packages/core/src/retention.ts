import type { Retention, RetentionPolicy } from './config/types.ts'
import { keepingRule, newTally, noteInTally, whyExpired, whyUnusable, type Tally } from './retention-rules.ts'

/** What retention needs to know of one backup in one storage. */
export interface KeptBackup {
  id: string
  name: string
  job: string
  /** Equal for backups that hold the same selection (`likenessOf`): a schema-only one never replaces a full one. */
  likeness: string
  startedAt: Date
  label?: string
  /** An `archive` or `restored` verdict has passed, and none has failed since. */
  verified: boolean
  protected: boolean
  /**
   * good: nothing speaks against it, or it was accepted · unverified: no verdict yet · suspect: not plausible and not
   * accepted · failed: a verifier found it damaged · invalid: its manifest can't be read or trusted.
   */
  state: 'good' | 'unverified' | 'suspect' | 'failed' | 'invalid'
}

export interface PlannedAction {
  backup: KeptBackup
  /** skip: it is left alone, because nothing is known about it or because everything is frozen. */
  action: 'keep' | 'delete' | 'skip'
  /** In a few words, for a table. */
  reason: string
}

export interface RetentionPlan {
  /** One for each backup, newest first. */
  actions: PlannedAction[]
  /** Why nothing at all is deleted, where that is so. */
  frozen?: string
}

/** How far in the future a backup may lie before the clock is not believed any more. */
const clockToleranceMs = 5 * 60_000

/**
 * Decides which backups of one job in one storage may go. A backup stays if any rule of its policy keeps it. A label
 * that `retention.labels` names has a policy and a group of its own; all the others share the general policy.
 *
 * Whatever the policy says (law 5):
 * - the newest verified backup of each likeness stays, and so does every protected one; an unreadable one is skipped;
 * - a backup gives way only to newer verified ones of its likeness; unverified ones also give way to each other, and
 *   nothing gives way to a failed or suspect one;
 * - nothing is deleted while the last word on the job, or on the likeness, is a failed or suspect backup; while a
 *   backup lies in the future (the clock is wrong); or by a policy that has no rules or makes no sense.
 *
 * @param freeze why nothing may be deleted, where the caller has a reason of its own
 */
export function planRetention(
  backups: readonly KeptBackup[],
  retention: Retention | undefined,
  now: Date,
  freeze?: string,
): RetentionPlan {
  const newestFirst = backups.toSorted(byAge)
  const readable = newestFirst.filter(isReadable)
  const frozen = freeze ?? whyClockIsWrong(readable, now) ?? whyDoubtful(readable)
  if (frozen !== undefined) {
    return { actions: newestFirst.map((backup) => ({ backup, action: 'skip', reason: frozen })), frozen }
  }
  const alike = Map.groupBy(readable, (backup) => backup.likeness)
  const newestVerified = new Set([...alike.values()].map((group) => group.find(isTrusted)))
  const doubts = new Map([...alike].map(([likeness, group]) => [likeness, whyDoubtful(group)]))
  const decide = newPolicyRuling(retention, now)
  return {
    actions: newestFirst.map((backup): PlannedAction => {
      if (!isReadable(backup))
        return { backup, action: 'skip', reason: 'its manifest cannot be read or trusted' }
      const doubt = doubts.get(backup.likeness)
      if (doubt !== undefined) return { backup, action: 'skip', reason: doubt }
      const ruling = decide(backup)
      if (backup.protected) return { backup, action: 'keep', reason: 'protected' }
      if (newestVerified.has(backup)) return { backup, action: 'keep', reason: 'newest verified backup' }
      return { backup, ...ruling }
    }),
  }
}

/** The newer backups of a group, by how far they are trusted. */
interface Newer {
  verified: Tally
  verifiedOrUnverified: Tally
}

/** Rules by policy alone. To be asked about every backup once, newest first: it remembers what it has seen. */
function newPolicyRuling(
  retention: Retention | undefined,
  now: Date,
): (backup: KeptBackup) => Pick<PlannedAction, 'action' | 'reason'> {
  const groups = new Map<string, Newer>()
  return (backup) => {
    const policy = policyFor(backup, retention)
    const unusable = whyUnusable(policy)
    if (policy === undefined || unusable !== undefined) {
      return { action: 'keep', reason: unusable ?? 'no retention is configured' }
    }
    const newer = groupOf(backup, retention, groups)
    const tally = backup.verified || isBad(backup) ? newer.verified : newer.verifiedOrUnverified
    const kept = keepingRule(backup.startedAt, policy, tally, now, !isBad(backup))
    if (isTrusted(backup)) noteInTally(newer.verified, backup.startedAt, policy)
    if (!isBad(backup)) noteInTally(newer.verifiedOrUnverified, backup.startedAt, policy)
    if (kept !== undefined) return { action: 'keep', reason: kept }
    return { action: 'delete', reason: whyExpired(backup.startedAt, policy, now) }
  }
}

function policyFor(backup: KeptBackup, retention: Retention | undefined): RetentionPolicy | undefined {
  return hasOwnPolicy(backup, retention) ? retention?.labels?.[backup.label ?? ''] : retention
}

function hasOwnPolicy(backup: KeptBackup, retention: Retention | undefined): boolean {
  return backup.label !== undefined && Object.hasOwn(retention?.labels ?? {}, backup.label)
}

function groupOf(backup: KeptBackup, retention: Retention | undefined, groups: Map<string, Newer>): Newer {
  const key = JSON.stringify([backup.likeness, hasOwnPolicy(backup, retention) ? backup.label : null])
  const group = groups.get(key) ?? { verified: newTally(), verifiedOrUnverified: newTally() }
  groups.set(key, group)
  return group
}

function whyClockIsWrong([newest]: readonly KeptBackup[], now: Date): string | undefined {
  if (newest === undefined || newest.startedAt.getTime() - now.getTime() <= clockToleranceMs) return undefined
  return `frozen: ${newest.name} is dated in the future, so the clock is wrong now or was when it was made`
}

/** A failed or suspect backup that no verified one has followed: what it says about the source is not settled. */
function whyDoubtful(newestFirst: readonly KeptBackup[]): string | undefined {
  const verifiedAt = newestFirst.find(isTrusted)?.startedAt.getTime() ?? -Infinity
  const doubtful = newestFirst.find((backup) => isBad(backup) && backup.startedAt.getTime() >= verifiedAt)
  if (doubtful === undefined) return undefined
  return doubtful.state === 'suspect'
    ? `frozen: ${doubtful.name} is suspect, until it is accepted or a newer backup is verified`
    : `frozen: ${doubtful.name} failed verification, until a newer backup is verified`
}

function isReadable(backup: KeptBackup): boolean {
  return backup.state !== 'invalid' && !Number.isNaN(backup.startedAt.getTime())
}

function isBad(backup: KeptBackup): boolean {
  return backup.state === 'failed' || backup.state === 'suspect'
}

function isTrusted(backup: KeptBackup): boolean {
  return backup.verified && isReadable(backup) && !isBad(backup)
}

/** Newest first, by time and never by name; the id settles ties so that every machine plans the same. */
function byAge(a: KeptBackup, b: KeptBackup): number {
  const difference = b.startedAt.getTime() - a.startedAt.getTime()
  if (difference !== 0 && !Number.isNaN(difference)) return difference
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
