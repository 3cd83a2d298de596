import type { Notification, NotificationEvent, Report } from '@holdfast/plugin'
import type { Job, JobNotifier } from '../job.ts'
import { compose, type Facts } from './compose.ts'
import type { Outgoing } from './courier.ts'
import { happeningsOf, isFailure, samenessOf, type Happening } from './happening.ts'
import { badRunsBefore } from './history.ts'
import type { Memory } from './memory.ts'
import { repetition, toldInRuns } from './repeat.ts'
import { toldOutside } from './told.ts'
import { lateMessage, unsentTo, type Unsent, type Unsents } from './unsent.ts'

/** Something that happened, and the message about it. */
export interface News {
  happening: Happening
  notification: Notification
}

/** What there is to tell of a run. */
export function newsOf(job: Job, report: Report, facts: Facts, { told }: Pick<Memory, 'told'>): News[] {
  const recovered = isBadOutside(told, facts.earlier) || badRunsBefore(report, facts.earlier).length > 0
  const at = new Date(report.finishedAt)
  return happeningsOf(report, { recovered }).map((one) => ({
    happening: one,
    notification: compose(job, one, { report, at }, facts),
  }))
}

/** Whether anything that a good run puts right has happened outside of runs since the last good one, told or not. */
function isBadOutside({ told, unsent }: Memory['told'], earlier: readonly Report[]): boolean {
  const good = earlier.find(({ status }) => status === 'succeeded')
  return [...told, ...unsent.map(({ notification }) => notification)].some(
    ({ event, at }) =>
      isOverAfter(event) && (good === undefined || Date.parse(good.finishedAt) < Date.parse(at)),
  )
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
): { messages: Outgoing[] } & Pick<Unsents, 'givenUp'> {
  const now = new Date(report.finishedAt)
  const { earlier } = facts
  const isLocked = wasLocked(report)
  const { unsent, givenUp } = isLocked
    ? { unsent: [], givenUp: [] }
    : unsentTo(notifier, { earlier, told }, now)
  const fresh = news
    .filter(({ happening: { event } }) => notifier.on.includes(event))
    .map(({ happening: one, notification }): Outgoing => {
      const before = isLocked
        ? toldOutside(told.told, notifier.name, one.event)
        : toldInRuns(earlier, notifier.name, one)
      const { repeatEveryMs } = notifier
      const sameness = samenessOf(one)
      const { tell, quietened } = repetition(sameness, { before, repeatEveryMs, now })
      const isQuiet = !tell && isFailure(one.event)
      return {
        notification: { ...notification, quietened },
        ...(isQuiet && { quietened: true }),
        ...(isLocked && isFailure(one.event) && { sameness }),
      }
    })
  const messages = [...unsent.map((one) => lateOne(job, one, facts)), ...fresh]
  return { messages: messages.map((one) => redacted(job, one)), givenUp }
}

/** What could not be sent, on its way again. */
export function lateOne(job: Job, unsent: Unsent, facts: Facts): Outgoing {
  const { of } = unsent
  return {
    notification: lateMessage(job, unsent, facts),
    late: true,
    ...('sameness' in of && { sameness: of.sameness }),
  }
}

export function redacted({ redactor }: Job, message: Outgoing): Outgoing {
  return { ...message, notification: redactor.value(message.notification) }
}
