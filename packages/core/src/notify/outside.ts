import type { ReportedNotification } from '@holdfast/plugin'
import type { Backup } from '../backups.ts'
import type { Job } from '../job.ts'
import { compose, type Subject } from './compose.ts'
import { bring } from './courier.ts'
import { samenessOf, type Happening } from './happening.ts'
import { nothingKnown, remember } from './memory.ts'
import { recentBackups } from './recent-backups.ts'
import { repetition } from './repeat.ts'
import { forgetTold, readTold, toldAfter, toldOutside, writeTold, type ToldEntry } from './told.ts'

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
 * Tells every notifier that wants to know, except where the same was told less than `repeatEveryMs` ago; what was told
 * is kept in the job's storages until `isOver` says that it is. Never rejects for what a notifier or a storage does.
 */
export async function tell(
  job: Job,
  what: OutsideHappening,
  options: TellOptions,
): Promise<ReportedNotification[]> {
  const { now, signal } = options
  const wanting = job.notifiers.filter(({ on }) => on.includes(what.event))
  if (wanting.length === 0) return []
  const { detail, shown, subject } = what
  const notification = await messageOf(
    job,
    what,
    { at: now, detail, ...(shown !== undefined && { shown }) },
    options,
  )
  const told = await readTold(job.storages, job.name, signal).catch((): ToldEntry[] => [])
  const sameness = samenessOf(what, subject)
  const deliveries = await Promise.all(
    wanting.map((notifier) => {
      const before = toldOutside(told, notifier.name, what.event)
      const { repeatEveryMs } = notifier
      const { tell: isTold, quietened } = repetition(sameness, { before, repeatEveryMs, now })
      const message = job.redactor.value({ ...notification, quietened })
      return bring(notifier, {
        messages: [{ notification: message, ...(!isTold && { quietened: true as const }) }],
        cancel: signal,
        reported: (error) => job.redactor.error(error),
      })
    }),
  )
  const entries = deliveries.flat()
  await writeTold(job.storages, job.name, toldAfter(told, entries, { sameness, now }), signal).catch(() => {})
  return entries
}

/** Forgets what was told of something that is well again, so that it is news when it happens next. Never rejects. */
export async function isOver(job: Job, event: Happening['event'], signal: AbortSignal): Promise<void> {
  if (job.notifiers.length > 0) await forgetTold(job, [event], signal).catch(() => {})
}

/** Sends a message that is marked as a test to every notifier, whatever it wants to know. */
export async function tellTest(job: Job, options: TellOptions): Promise<ReportedNotification[]> {
  const detail = 'this is a test of its notifications; nothing has happened'
  const subject = { at: options.now, test: true, detail } as const
  const notification = await messageOf(job, { event: 'backup.succeeded' }, subject, options)
  const message = job.redactor.value(notification)
  const deliveries = job.notifiers.map((notifier) =>
    bring(notifier, {
      messages: [{ notification: structuredClone(message) }],
      cancel: options.signal,
      reported: (error) => job.redactor.error(error),
    }),
  )
  return (await Promise.all(deliveries)).flat()
}

async function messageOf(
  job: Job,
  happening: Happening,
  subject: Subject,
  { now, signal, backups, flags, nextRunAt }: TellOptions,
) {
  const [memory, known] = await Promise.all([
    remember(job, { before: now, cancel: signal }).catch(() => nothingKnown),
    backups ?? recentBackups(job, signal).catch(() => []),
  ])
  return compose(job, happening, subject, { earlier: memory.earlier, backups: known, flags, nextRunAt })
}
