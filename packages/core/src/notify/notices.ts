import type { Backup } from '../backups.ts'
import type { Job } from '../job.ts'
import type { Recorder } from '../recorder.ts'
import { compose, type Facts } from './compose.ts'
import { bring, type InFlight } from './courier.ts'
import { deadline } from './deadline.ts'
import { deliver } from './deliver.ts'
import { messagesFor, newsOf } from './messages.ts'
import { remember } from './memory.ts'
import { recentBackups } from './recent-backups.ts'
import { forgetTold } from './told.ts'

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
   * the verdict.
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

  return {
    finish: async (known) => {
      const [memory, backups] = await Promise.all([
        inTime('the earlier runs', remembering),
        known ?? inTime('the backups', recentBackups(job, signal)),
      ])
      const facts: Facts = { earlier: memory?.earlier ?? [], backups: backups ?? [], flags, nextRunAt }
      const wasMissed = memory?.told.some(({ event }) => event === 'backup.missed') === true
      const report = recorder.current()
      const news = newsOf(job, report, facts, { wasMissed })
      const deliveries = await Promise.all(
        job.notifiers.map((notifier) => {
          const { messages, givenUp } = messagesFor(job, notifier, { news, report, facts })
          for (const sentence of givenUp) recorder.warn(sentence)
          return bring(notifier, {
            inFlight: started.get(notifier.name),
            messages,
            cancel: signal,
            reported: (error) => recorder.reported(error),
          })
        }),
      )
      for (const entry of deliveries.flat()) {
        recorder.report.notifications.push(entry)
        if (entry.error === undefined) continue
        recorder.warn(`${entry.notifier} could not tell anybody: ${entry.error.message}`)
      }
      if (wasMissed && report.status === 'succeeded') {
        await inTime('what was told', forgetTold(job, 'backup.missed', signal))
      }
    },
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
