import type { NotificationEvent, Report } from '@holdfast/plugin'
import type { JobNotifier } from '../job.ts'
import { formatUtc } from './summary.ts'

const oldestMs = 7 * 86_400_000
const most = 5

/** A message of an earlier run that could not be sent then. */
interface Unsent {
  /** Of the notification. */
  id: string
  event: NotificationEvent
  /** The run that it is about. */
  report: Report
}

/** What is worth another try, oldest first, and what is not any more, as sentences. */
export interface Unsents {
  unsent: Unsent[]
  givenUp: string[]
}

/**
 * What a notifier could not be told of earlier runs. The newest report has all of it, since every run tries again
 * what the one before could not send. Only what came after the last message that did arrive: an old one after it would
 * tell of a state that is over.
 *
 * @param earlier newest first
 */
export function unsentTo({ name, on }: JobNotifier, earlier: readonly Report[], now: Date): Unsents {
  const entries = (earlier[0]?.notifications ?? []).filter(({ notifier }) => notifier === name)
  const lastDelivered = entries.findLastIndex(({ status }) => status === 'delivered')
  const unsent: Unsent[] = []
  const givenUp: string[] = []
  for (const [index, { id, event, status }] of entries.entries()) {
    if (status !== 'failed' || event === 'backup.started' || !on.includes(event)) continue
    const report = originOf(id, earlier)
    if (report === undefined) continue
    const isTooOld = now.getTime() - new Date(report.finishedAt).getTime() > oldestMs
    if (index > lastDelivered && !isTooOld) unsent.push({ id, event, report })
    else givenUp.push(giveUp(name, report, isTooOld ? 'it is a week old' : 'a later one has arrived'))
  }
  const tooMany = unsent.splice(0, Math.max(0, unsent.length - most))
  return {
    unsent,
    givenUp: [...givenUp, ...tooMany.map(({ report }) => giveUp(name, report, 'there are too many'))],
  }
}

/** The report of the run that a notification was first about. */
export function originOf(id: string, earlier: readonly Report[]): Report | undefined {
  return earlier.find(({ notifications }) =>
    notifications.some((one) => one.id === id && one.retryOf === undefined),
  )
}

function giveUp(name: string, { finishedAt }: Report, why: string): string {
  return `${name}: the message of ${formatUtc(finishedAt)} was never sent and is given up, since ${why}`
}
