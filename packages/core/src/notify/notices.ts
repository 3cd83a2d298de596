import type { NotificationEvent, Report } from '@holdfast/plugin'
import type { Backup } from '../backups.ts'
import type { Job } from '../job.ts'
import type { Recorder } from '../recorder.ts'
import { compose, type Facts } from './compose.ts'
import { bring, type InFlight } from './courier.ts'
import { deadline } from './deadline.ts'
import { deliver } from './deliver.ts'
import { nothingKnown, remember, type Memory } from './memory.ts'
import { isOverAfter, messagesFor, newsOf, wasLocked } from './messages.ts'
import { recentBackups } from './recent-backups.ts'
import { changeTold, readTold, type Told } from './told-record.ts'
import { outcomesOf, toldAfter, withoutEvents, type Outcome } from './told.ts'
import { isPast } from './unsent.ts'

/** How long may still be waited for what the storages know once the run has ended, in milliseconds. */
const patienceMs = 5000
/** The same once somebody has cancelled. */
const shortPatienceMs = 1000

export interface NoticesOptions {
  startedAt: Date
  signal: AbortSignal
  /** What the commands need besides names, such as `--from ./backups`. */
  flags: string | undefined
  nextRunAt: Date | undefined
}

/** Tells people of one run: that it has started, and how it ended. */
export interface Notices {
  /**
   * Tells every notifier how the run ended, whatever the others do; each delivery is in the report, and none changes
   * the verdict. Never rejects.
   *
   * @param backups what the primary storage held before the run, where that is known
   */
  finish(backups: readonly Backup[] | undefined): Promise<void>
}

/** Begins at once, beside the run: nothing of it is waited for before the run has ended. */
export function openNotices(job: Job, recorder: Recorder, options: NoticesOptions): Notices {
  if (job.notifiers.length === 0) return { finish: () => Promise.resolve() }
  const { signal, flags, nextRunAt } = options
  const remembering = remember(job, { before: options.startedAt, cancel: signal })
  remembering.catch(() => {})
  const started = tellStarted(job, options)

  async function inTime<Result>(what: string, work: Promise<Result>): Promise<Result | undefined> {
    const until = deadline(patienceMs, signal, shortPatienceMs)
    try {
      return await until.race(() => work)
    } catch (error) {
      recorder.warn(`${what} could not be looked at for the notifications: ${recorder.describe(error)}`)
      return undefined
    } finally {
      until.clear()
    }
  }

  async function tellEnd(known: readonly Backup[] | undefined): Promise<void> {
    const [memory = nothingKnown, backups = []] = await Promise.all([
      inTime('the earlier runs', remembering),
      known ?? inTime('the backups', recentBackups(job, signal)),
    ])
    const { earlier } = memory
    const mayBeSent = isAllSent(memory)
      ? undefined
      : inTime('what was told', readTold(job.storages, job.name, signal))
    // Since the run began, what could not be sent then may have been, by a check or a verification.
    const told = (await mayBeSent) ?? memory.told
    const facts: Facts = { earlier, backups, flags, nextRunAt }
    const report = recorder.current()
    const news = newsOf(job, report, facts, { told })
    const over: string[] = []
    const deliveries = await Promise.all(
      job.notifiers.map(async (notifier) => {
        const { messages, givenUp } = messagesFor(job, notifier, { news, report, facts, told })
        for (const { why } of givenUp) recorder.warn(why)
        over.push(...givenUp.map(({ id }) => keyOf(notifier, id)))
        const entries = await bring(notifier, {
          inFlight: started.get(notifier.name),
          messages,
          cancel: signal,
          reported: (error) => recorder.reported(error),
        })
        return { entries, outcomes: outcomesOf(entries, messages) }
      }),
    )
    for (const entry of deliveries.flatMap(({ entries }) => entries)) {
      recorder.report.notifications.push(entry)
      if (entry.error === undefined) continue
      recorder.warn(`${entry.notifier} could not tell anybody: ${entry.error.message}`)
    }
    const outcomes = deliveries.flatMap((one) => one.outcomes)
    await inTime('what was told', keepTold(job, report, { earlier, outcomes, over, signal }))
  }

  return {
    finish: async (known) => {
      try {
        await tellEnd(known)
      } catch (error) {
        recorder.warn(`notify: ${recorder.describe(error)}`)
      }
    },
  }
}

function isAllSent({ earlier: [last], told }: Memory): boolean {
  return told.unsent.length === 0 && last?.notifications.some(({ status }) => status === 'failed') !== true
}

function keyOf({ name }: { name: string }, id: string): string {
  return `${name} ${id}`
}

/** A run that keeps no report remembers what it told outside of it; a good one is the end of what was told so. */
async function keepTold(
  job: Job,
  report: Report,
  {
    earlier,
    outcomes,
    over,
    signal,
  }: Pick<Memory, 'earlier'> & {
    outcomes: readonly Outcome[]
    /** Messages that are given up. */
    over: readonly string[]
    signal: AbortSignal
  },
): Promise<void> {
  const now = new Date(report.finishedAt)
  const isPruned = !report.retention.some(({ errors }) => errors.length > 0)
  const isOver = (event: NotificationEvent): boolean =>
    report.status === 'succeeded' && (isOverAfter(event) || (event === 'prune.failed' && isPruned))
  const change = (before: Told): Told => {
    const told = withoutEvents(toldAfter(before, outcomes, now), isOver)
    if (wasLocked(report)) return told
    const failed = (earlier[0]?.notifications ?? []).filter(({ status }) => status === 'failed')
    return {
      ...told,
      unsent: told.unsent.filter(
        ({ notifier: name, notification: { id, at } }) =>
          !over.includes(keyOf({ name }, id)) && !isPast(at, now),
      ),
      // This run's report has them no more; where it can not be kept, the one before it is still the newest.
      brought: told.brought.filter(({ id }) => failed.some((one) => one.id === id)),
    }
  }
  await changeTold(job, change, signal)
}

/** Sends on its way that the run has started, to those who want to know. */
function tellStarted(
  job: Job,
  { startedAt, signal, flags, nextRunAt }: NoticesOptions,
): Map<string, InFlight> {
  const facts: Facts = { earlier: [], backups: [], flags, nextRunAt }
  const message = compose(job, { event: 'backup.started' }, { at: startedAt }, facts)
  const wanting = job.notifiers.filter(({ on }) => on.includes('backup.started'))
  return new Map(
    wanting.map((notifier): [string, InFlight] => {
      const notification = job.redactor.value(message)
      const delivery = deliver(notifier, notification, { limitMs: notifier.timeoutMs, cancel: signal })
      return [notifier.name, { notification, delivery }]
    }),
  )
}
