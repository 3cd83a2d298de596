import type { Report, ReportedNotification } from '@holdfast/plugin'
import type { Backup } from '../backups.ts'
import type { Job } from '../job.ts'
import type { Recorder } from '../recorder.ts'
import { compose, type Facts } from './compose.ts'
import { bring, type InFlight } from './courier.ts'
import { deadline } from './deadline.ts'
import { deliver } from './deliver.ts'
import { happening, samenessOf } from './happening.ts'
import { nothingKnown, remember, type Memory } from './memory.ts'
import { isOverAfter, messagesFor, newsOf, wasLocked } from './messages.ts'
import { recentBackups } from './recent-backups.ts'
import { forgetTold, toldAfter, writeTold } from './told.ts'

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
    const { earlier, told } = memory
    const facts: Facts = { earlier, backups, flags, nextRunAt }
    const report = recorder.current()
    const news = newsOf(job, report, facts, memory)
    const deliveries = await Promise.all(
      job.notifiers.map((notifier) => {
        const { messages, givenUp } = messagesFor(job, notifier, { news, report, facts, told })
        for (const sentence of givenUp) recorder.warn(sentence)
        return bring(notifier, {
          inFlight: started.get(notifier.name),
          messages,
          cancel: signal,
          reported: (error) => recorder.reported(error),
        })
      }),
    )
    const entries = deliveries.flat()
    for (const entry of entries) {
      recorder.report.notifications.push(entry)
      if (entry.error === undefined) continue
      recorder.warn(`${entry.notifier} could not tell anybody: ${entry.error.message}`)
    }
    await inTime('what was told', keepTold(job, report, { told, entries, signal }))
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

/** A run that keeps no report remembers what it told outside of it; a good one is the end of what was told so. */
async function keepTold(
  job: Job,
  report: Report,
  {
    told,
    entries,
    signal,
  }: Pick<Memory, 'told'> & { entries: readonly ReportedNotification[]; signal: AbortSignal },
): Promise<void> {
  if (wasLocked(report)) {
    const failures = entries.filter(({ event }) => event === 'backup.failed')
    const sameness = samenessOf(happening(report, 'backup.failed'))
    const left = toldAfter(told, failures, { sameness, now: new Date(report.finishedAt) })
    if (failures.length > 0) await writeTold(job.storages, job.name, left, signal)
  } else if (report.status === 'succeeded') {
    const isPruned = !report.retention.some(({ errors }) => errors.length > 0)
    const over = told
      .map(({ event }) => event)
      .filter((event) => isOverAfter(event) || (event === 'prune.failed' && isPruned))
    if (over.length > 0) await forgetTold(job, over, signal)
  }
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
