import type { Notification, NotificationEvent, ReportedNotification } from '@holdfast/plugin'
import type { Outgoing } from './courier.ts'
import type { ToldBefore } from './repeat.ts'
import type { BroughtMessage, KeptMessage, Told, ToldEntry } from './told-record.ts'

/** What came of one message that may have to be remembered. */
export interface Outcome {
  entry: ReportedNotification
  notification: Notification
  /** Absent for a message of a run: what it was stands in the reports. */
  sameness?: string | undefined
}

/** What came of messages whose `sameness` says that no report has them. */
export function outcomesOf(
  entries: readonly ReportedNotification[],
  messages: readonly Outgoing[],
): Outcome[] {
  return messages.flatMap(({ notification, sameness }) => {
    const entry = entries.find(({ id }) => id === notification.id)
    return entry === undefined || sameness === undefined ? [] : [{ entry, notification, sameness }]
  })
}

/** As what runs remember of theirs. */
export function toldOutside(
  told: readonly ToldEntry[],
  notifier: string,
  event: NotificationEvent,
): ToldBefore[] {
  const entry = told.find((one) => one.notifier === notifier && one.event === event)
  if (entry === undefined) return []
  const { sameness, quietened } = entry
  const delivered: ToldBefore = { sameness, at: new Date(entry.at), status: 'delivered' }
  return [
    ...Array.from({ length: quietened }, (): ToldBefore => ({ ...delivered, status: 'quietened' })),
    delivered,
  ]
}

/** What is remembered afterwards: when each was last told and what was left out since, and what is still to be told. */
export function toldAfter(told: Told, outcomes: readonly Outcome[], now: Date): Told {
  return outcomes.reduce((before, one) => afterOne(before, one, now), told)
}

function afterOne(told: Told, { entry, notification, sameness }: Outcome, now: Date): Told {
  const { notifier, event, id, status } = entry
  if (sameness === undefined) {
    if (status !== 'delivered') return told
    const brought: BroughtMessage = { notifier, event, id, at: notification.at }
    return { ...told, brought: [...told.brought, brought] }
  }
  const isOfIt = (one: { notifier: string; sameness: string }): boolean =>
    one.notifier === notifier && one.sameness === sameness
  if (status === 'failed') {
    const kept: KeptMessage = { notifier, sameness, notification }
    // What is told once more is the same message; only its first words would be there twice.
    const isKept = told.unsent.some(isOfIt)
    return isKept ? told : { ...told, unsent: [...told.unsent, kept] }
  }
  const isIts = (one: ToldEntry): boolean => one.notifier === notifier && one.event === event
  if (status === 'quietened') {
    const count = (one: ToldEntry): ToldEntry => ({ ...one, quietened: one.quietened + 1 })
    return { ...told, told: told.told.map((one) => (isIts(one) ? count(one) : one)) }
  }
  const at = entry.retryOf ?? now.toISOString()
  const delivered: ToldEntry = { notifier, event, sameness, at, quietened: 0 }
  return {
    ...told,
    told: [...told.told.filter((one) => !isIts(one)), delivered],
    unsent: told.unsent.filter((one) => !isOfIt(one)),
  }
}

/** Forgets what was told and is over; what could not be told is still to be. */
export function withoutEvents(told: Told, isOver: (event: NotificationEvent) => boolean): Told {
  return { ...told, told: told.told.filter(({ event }) => !isOver(event)) }
}
