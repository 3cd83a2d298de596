import type { Report, ReportedNotification } from '@holdfast/plugin'
import { happeningsOf, isFailure, samenessOf, type Happening } from './happening.ts'

/** One time at which the same kind of thing happened, and what came of telling it. */
export interface ToldBefore {
  sameness: string
  at: Date
  /** `untold`: nobody was to be told. */
  status: ReportedNotification['status'] | 'untold'
}

export interface Repetition {
  /** False where it is quietened. */
  tell: boolean
  /** How many failures since the last one that was told were not, without this one. */
  quietened: number
}

/**
 * Whether something is told: always where it is new, and where the same was last told `repeatEveryMs` ago or longer.
 *
 * @param before newest first
 */
export function repetition(
  sameness: string,
  {
    before,
    repeatEveryMs,
    now,
  }: { before: readonly ToldBefore[]; repeatEveryMs: number | undefined; now: Date },
): Repetition {
  const last = before.findIndex(({ status }) => status === 'delivered')
  const since = last === -1 ? before : before.slice(0, last)
  const quietened = since.filter(({ status }) => status === 'quietened').length
  const delivered = before[last]
  const isTheSame = [...since, ...(delivered ? [delivered] : [])].every((one) => one.sameness === sameness)
  if (delivered === undefined || !isTheSame || repeatEveryMs === undefined) return { tell: true, quietened }
  return { tell: now.getTime() - delivered.at.getTime() >= repeatEveryMs, quietened }
}

/** What a notifier was told of earlier runs, newest first, back to the last one in which all of it was well. */
export function toldInRuns(reports: readonly Report[], notifier: string, { event }: Happening): ToldBefore[] {
  const told: ToldBefore[] = []
  for (const report of reports) {
    const same = happeningsOf(report, { recovered: false }).find((one) => isAlike(one, event))
    if (same === undefined || !isFailure(same.event)) break
    const entry = report.notifications.find(
      (one) => one.notifier === notifier && one.event === same.event && one.retryOf === undefined,
    )
    told.push({
      sameness: samenessOf(same),
      at: new Date(report.finishedAt),
      status: entry?.status ?? 'untold',
    })
  }
  return told
}

/** How a run ended is one thing, what became of old backups another. */
function isAlike({ event }: Happening, other: Happening['event']): boolean {
  return (event === 'prune.failed') === (other === 'prune.failed')
}
