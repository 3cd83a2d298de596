import type { Notification, NotificationEvent, Report } from '@holdfast/plugin'
import type { Job, JobNotifier } from '../job.ts'
import { compose, type Facts } from './compose.ts'
import type { Outgoing } from './courier.ts'
import { happening, happeningsOf, isFailure, samenessOf, type Happening } from './happening.ts'
import { badRunsBefore } from './history.ts'
import type { Memory } from './memory.ts'
import { repetition, toldInRuns } from './repeat.ts'
import { toldOutside } from './told.ts'
import { unsentTo } from './unsent.ts'

/** Something that happened, and the message about it. */
export interface News {
  happening: Happening
  notification: Notification
}

/** What there is to tell of a run. */
export function newsOf(job: Job, report: Report, facts: Facts, { told }: Pick<Memory, 'told'>): News[] {
  const recovered =
    told.some(({ event }) => isOverAfter(event)) || badRunsBefore(report, facts.earlier).length > 0
  const at = new Date(report.finishedAt)
  return happeningsOf(report, { recovered }).map((one) => ({
    happening: one,
    notification: compose(job, one, { report, at }, facts),
  }))
}

/** What a good run puts right. */
export function isOverAfter(event: NotificationEvent): boolean {
  return event === 'backup.missed' || event === 'backup.failed'
}

/** True for a run that found another one under way: that one tells what is left of earlier runs, and keeps a report. */
export function wasLocked({ error }: Report): boolean {
  return error?.code === 'RUN_LOCKED'
}

/** What one notifier is told at the end of a run: what it could not be told before, then what is new. */
export function messagesFor(
  job: Job,
  notifier: JobNotifier,
  {
    news,
    report,
    facts,
    told,
  }: { news: readonly News[]; report: Report; facts: Facts } & Pick<Memory, 'told'>,
): { messages: Outgoing[]; givenUp: string[] } {
  const now = new Date(report.finishedAt)
  const isLocked = wasLocked(report)
  const { unsent, givenUp } = isLocked ? { unsent: [], givenUp: [] } : unsentTo(notifier, facts.earlier, now)
  const late = unsent.map(({ id, event, report: of }): Outgoing => {
    const earlier = facts.earlier.slice(facts.earlier.indexOf(of) + 1)
    const subject = { report: of, at: new Date(of.finishedAt), id, late: true } as const
    // The run that comes next is known now and was not known then.
    return { notification: compose(job, happening(of, event), subject, { ...facts, earlier }), late: true }
  })
  const fresh = news
    .filter(({ happening: { event } }) => notifier.on.includes(event))
    .map(({ happening: one, notification }): Outgoing => {
      const before = isLocked
        ? toldOutside(told, notifier.name, one.event)
        : toldInRuns(facts.earlier, notifier.name, one)
      const { repeatEveryMs } = notifier
      const { tell, quietened } = repetition(samenessOf(one), { before, repeatEveryMs, now })
      const isQuiet = !tell && isFailure(one.event)
      return { notification: { ...notification, quietened }, ...(isQuiet && { quietened: true }) }
    })
  return { messages: [...late, ...fresh].map((one) => redacted(job, one)), givenUp }
}

function redacted({ redactor }: Job, message: Outgoing): Outgoing {
  return { ...message, notification: redactor.value(message.notification) }
}
