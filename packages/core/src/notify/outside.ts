import type { Notification, NotificationEvent, ReportedNotification } from '@holdfast/plugin'
import type { Backup } from '../backups.ts'
import type { Job, JobNotifier } from '../job.ts'
import { compose, type Facts, type Subject } from './compose.ts'
import { bring, type Outgoing } from './courier.ts'
import { samenessOf, type Happening } from './happening.ts'
import { nothingKnown, remember, type Memory } from './memory.ts'
import { lateOne, redacted } from './messages.ts'
import { recentBackups } from './recent-backups.ts'
import { repetition } from './repeat.ts'
import { changeTold, putTold } from './told-record.ts'
import { toldAfter, toldOutside, withoutEvents, type Outcome } from './told.ts'
import { unsentTo, type Unsent } from './unsent.ts'

export interface TellOptions {
  now: Date
  signal: AbortSignal
  /** Backups of the job, newest first, where they are known already. */
  backups?: readonly Backup[]
  /** What the commands need besides names, such as `--from ./backups`. */
  flags?: string | undefined
  nextRunAt?: Date | undefined
}

/** Something that happened to a job outside of a run. */
export interface OutsideHappening extends Happening {
  /** What happened, without the name of the job. */
  detail: string
  /** What it is about, so that another one is not taken for the same: the id of a backup. */
  subject?: string
  /** The backup to look at. */
  shown?: string
}

/**
 * Tells every notifier that wants to know, except where the same was told less than `repeatEveryMs` ago, and before it what
 * could not be sent earlier. What was told is kept in the job's storages until `isOver` says that it is, and what was not
 * until it is. Never rejects for what a notifier or a storage does.
 */
export async function tell(
  job: Job,
  what: OutsideHappening,
  options: TellOptions,
): Promise<ReportedNotification[]> {
  return bringAll(job, what, options)
}

/** Tells what could not be sent earlier, where nothing new is to be told. Never rejects either. */
export async function tellUnsent(job: Job, options: TellOptions): Promise<ReportedNotification[]> {
  return bringAll(job, undefined, options)
}

/** Forgets what was told of something that is well again, so that it is news when it happens next. Never rejects. */
export async function isOver(job: Job, event: NotificationEvent, signal: AbortSignal): Promise<void> {
  if (job.notifiers.length === 0) return
  await changeTold(job, (told) => withoutEvents(told, (one) => one === event), signal).catch(() => {})
}

/** Sends a message that is marked as a test to every notifier, whatever it wants to know. */
export async function tellTest(job: Job, options: TellOptions): Promise<ReportedNotification[]> {
  const detail = 'this is a test of its notifications; nothing has happened'
  const subject = { at: options.now, test: true, detail } as const
  const facts = await factsOf(job, await memoryOf(job, options), options)
  const message = job.redactor.value(compose(job, { event: 'backup.succeeded' }, subject, facts))
  const deliveries = job.notifiers.map((notifier) =>
    bringOne(job, notifier, [{ notification: structuredClone(message) }], options.signal),
  )
  return (await Promise.all(deliveries)).flat()
}

async function bringAll(
  job: Job,
  what: OutsideHappening | undefined,
  options: TellOptions,
): Promise<ReportedNotification[]> {
  const { now, signal } = options
  if (job.notifiers.length === 0) return []
  const memory = await memoryOf(job, options)
  const unsent = new Map(
    job.notifiers.map((notifier) => [notifier, unsentTo(notifier, memory, now).unsent] as const),
  )
  const isAnyUnsent = [...unsent.values()].some(({ length }) => length > 0)
  const mayRetry = isAnyUnsent && (await canRemember(job, memory, signal))
  const plans = [...unsent].map(([notifier, late]) => ({
    notifier,
    late: mayRetry ? late : [],
    news: what !== undefined && notifier.on.includes(what.event) ? what : undefined,
  }))
  if (plans.every(({ late, news }) => late.length === 0 && news === undefined)) return []
  const facts = await factsOf(job, memory, options)
  const message = what && compose(job, what, subjectOf(what, now), facts)
  const outcomes = await Promise.all(
    plans.map(async ({ notifier, late, news }): Promise<Outcome[]> => {
      const messages: Outgoing[] = late
        .filter((one) => !isTheSame(one, news))
        .map((one) => lateOne(job, one, facts))
      if (news !== undefined && message !== undefined) {
        const { repeatEveryMs } = notifier
        const sameness = samenessOf(news, news.subject)
        const before = toldOutside(memory.told.told, notifier.name, news.event)
        const { tell: isTold, quietened } = repetition(sameness, { before, repeatEveryMs, now })
        const again = late.find((one) => isTheSame(one, news))
        const notification = again === undefined ? message : composeAgain(job, news, again, facts)
        messages.push({
          notification: { ...notification, quietened },
          sameness,
          ...(again !== undefined && { late: true as const }),
          ...(!isTold && { quietened: true as const }),
        })
      }
      const sent = messages.map((one) => redacted(job, one))
      const entries = await bringOne(job, notifier, sent, signal)
      return sent.map(({ notification, sameness }, index) => ({
        entry: entries[index] as ReportedNotification,
        notification,
        sameness,
      }))
    }),
  )
  const all = outcomes.flat()
  await changeTold(job, (told) => toldAfter(told, all, now), signal).catch(() => {})
  return all.map(({ entry }) => entry)
}

function subjectOf({ detail, shown }: OutsideHappening, at: Date): Subject {
  return { at, detail, ...(shown !== undefined && { shown }) }
}

function isTheSame({ of }: Unsent, news: OutsideHappening | undefined): boolean {
  return news !== undefined && 'sameness' in of && of.sameness === samenessOf(news, news.subject)
}

/** What could not be sent and is still so: one message, about how it is now and since when. */
function composeAgain(job: Job, what: OutsideHappening, { id, at }: Unsent, facts: Facts): Notification {
  return compose(job, what, { ...subjectOf(what, new Date(at)), id, late: true }, facts)
}

/**
 * Whoever can not keep that a message was sent must not send it, or would again and again: a check with a key that
 * reads only leaves it to the next run.
 */
async function canRemember(job: Job, { told }: Memory, signal: AbortSignal): Promise<boolean> {
  return (await putTold(job, told, signal).catch(() => 0)) > 0
}

function bringOne(
  job: Job,
  notifier: JobNotifier,
  messages: readonly Outgoing[],
  signal: AbortSignal,
): Promise<ReportedNotification[]> {
  return bring(notifier, { messages, cancel: signal, reported: (error) => job.redactor.error(error) })
}

function memoryOf(job: Job, { now, signal }: TellOptions): Promise<Memory> {
  return remember(job, { before: now, cancel: signal }).catch(() => nothingKnown)
}

async function factsOf(
  job: Job,
  { earlier }: Memory,
  { signal, backups, flags, nextRunAt }: TellOptions,
): Promise<Facts> {
  return { earlier, backups: backups ?? (await recentBackups(job, signal).catch(() => [])), flags, nextRunAt }
}
