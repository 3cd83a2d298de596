import type { Notification, NotificationEvent, Report } from '@holdfast/plugin'
import type { Job, JobNotifier } from '../job.ts'
import { compose, type Facts } from './compose.ts'
import { happening } from './happening.ts'
import type { Memory } from './memory.ts'
import { formatUtc, lateSummary } from './summary.ts'

const oldestMs = 7 * 86_400_000
const most = 5

/** A message that could not be sent when it happened. */
export interface Unsent {
  /** Of the notification. */
  id: string
  event: NotificationEvent
  /** When it happened: RFC 3339 in UTC. */
  at: string
  /** The run that it is about, or else what was kept of it. */
  of: Report | { sameness: string; notification: Notification }
}

/** What is worth another try, oldest first, and what is not any more, with why. */
export interface Unsents {
  unsent: Unsent[]
  givenUp: { id: string; why: string }[]
}

/**
 * What a notifier could not be told. Of runs the newest report has all of it, since every run tries again what the one
 * before could not send; of the rest it is what was kept. Of how backups end, only what came after the last message that
 * did arrive: an old one after it would tell of a state that is over.
 */
export function unsentTo(notifier: JobNotifier, { earlier, told }: Memory, now: Date): Unsents {
  const { name, on } = notifier
  const arrived = arrivedAt(name, { earlier, told })
  const isArrived = (id: string): boolean => arrived.some((one) => one.id === id)
  const all = [...ofRuns(name, earlier), ...ofRest(name, told)]
    .filter(({ id, event }) => event !== 'backup.started' && on.includes(event) && !isArrived(id))
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const unsent: Unsent[] = []
  const givenUp: Unsents['givenUp'] = []
  for (const one of all) {
    const isTooOld = isPast(one.at, now)
    if (!isTooOld && !arrived.some((later) => replaces(later, one))) unsent.push(one)
    else givenUp.push(giveUp(name, one, isTooOld ? 'it is a week old' : 'a later one has arrived'))
  }
  const tooMany = unsent.splice(0, Math.max(0, unsent.length - most))
  return { unsent, givenUp: [...givenUp, ...tooMany.map((one) => giveUp(name, one, 'there are too many'))] }
}

/** True where nobody needs to be told any more. */
export function isPast(at: string, now: Date): boolean {
  return now.getTime() - Date.parse(at) > oldestMs
}

/** The message as it is told late: as it would have been then, but with the run that comes next, which is known now. */
export function lateMessage(job: Job, { id, event, at, of }: Unsent, facts: Facts): Notification {
  if ('notification' in of) {
    const { nextRunAt } = facts
    return {
      ...of.notification,
      summary: lateSummary(of.notification.summary, at),
      ...(nextRunAt !== undefined && { nextRunAt: nextRunAt.toISOString() }),
    }
  }
  const earlier = facts.earlier.slice(facts.earlier.indexOf(of) + 1)
  const subject = { report: of, at: new Date(at), id, late: true } as const
  return compose(job, happening(of, event), subject, { ...facts, earlier })
}

/** The report of the run that a notification was first about. */
export function originOf(id: string, earlier: readonly Report[]): Report | undefined {
  return earlier.find(({ notifications }) =>
    notifications.some((one) => one.id === id && one.retryOf === undefined),
  )
}

function ofRuns(name: string, earlier: readonly Report[]): Unsent[] {
  return (earlier[0]?.notifications ?? []).flatMap(({ notifier, status, id, event }) => {
    const of = notifier === name && status === 'failed' ? originOf(id, earlier) : undefined
    return of === undefined ? [] : [{ id, event, at: of.finishedAt, of }]
  })
}

function ofRest(name: string, { unsent }: Memory['told']): Unsent[] {
  return unsent
    .filter(({ notifier }) => notifier === name)
    .map(({ sameness, notification }) => {
      const { id, event, at } = notification
      return { id, event, at, of: { sameness, notification } }
    })
}

interface Arrived {
  id: string
  event: NotificationEvent
  at: string
}

/** What a notifier was told at last: by runs, and outside of them what those could not send. */
function arrivedAt(name: string, { earlier, told }: Memory): Arrived[] {
  const byRuns = earlier.flatMap(({ notifications, finishedAt }) =>
    notifications
      .filter(({ notifier, status }) => notifier === name && status === 'delivered')
      .map(({ id, event, retryOf = finishedAt }) => ({ id, event, at: retryOf })),
  )
  return [...byRuns, ...told.brought.filter(({ notifier }) => notifier === name)]
}

/** A good backup does not mend an old one, and what is wrong with one says nothing of another. */
function replaces(later: Arrived, { event, at }: Unsent): boolean {
  const isOfBackups = (one: NotificationEvent): boolean =>
    one.startsWith('backup.') && one !== 'backup.started'
  const isAlike = later.event === event || (isOfBackups(later.event) && isOfBackups(event))
  return event !== 'verify.failed' && isAlike && Date.parse(later.at) > Date.parse(at)
}

function giveUp(name: string, { id, at }: Unsent, why: string): Unsents['givenUp'][number] {
  return {
    id,
    why: `${name}: the message of ${formatUtc(at)} was never sent and is given up, since ${why}`,
  }
}
