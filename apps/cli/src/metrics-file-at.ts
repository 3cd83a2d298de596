import { firstSeenOf, knowledgeOf, type Config, type Job, type JobStorage } from '@holdfast/core'
import { continueText, createMetrics, writeTextfile, type Metrics } from '@holdfast/metrics'
import type { StorageStatus } from '@holdfast/plugin'
import type { Context } from './context.ts'
import type { MetricsFile } from './metrics-file.ts'
import { renderWarning } from './render/error.ts'

export { textfileProblem } from '@holdfast/metrics'

/** How long it may take to ask the storages of a job, in milliseconds. */
const askMs = 60_000

/** The file at a path that can be written to. */
export function metricsFileAt(path: string, { now, signal, screen }: Context): MetricsFile {
  return {
    record: async (job, config, happened) => {
      try {
        // Who was interrupted does not wait for storages; what was known of them stays.
        const asked = AbortSignal.any([signal, AbortSignal.timeout(askMs)])
        const metrics = createMetrics()
        const unread = await tellKnowledge(job, metrics, now(), asked)
        happened(metrics)
        const text = await metrics.text()
        const scope = {
          isGone: (name: string, storage: string | undefined) => isGone(config, name, storage),
          isCurrent: (name: string) => name === job.name,
          isUnread: (_: string, storage: string | undefined) =>
            storage === undefined ? unread.length === job.storages.length : unread.includes(storage),
        }
        await writeTextfile(path, (previous) => continueText(previous, text, scope))
      } catch (error) {
        const { message } = job.redactor.error(error)
        screen.say(renderWarning(`the metrics could not be written to ${path}: ${message}`, screen.look()))
      }
    },
  }
}

/** Resolves with the storages that did not answer. */
async function tellKnowledge(job: Job, metrics: Metrics, now: Date, signal: AbortSignal): Promise<string[]> {
  const all = job.storages.map(({ name }) => name)
  const knowledge = await knowledgeOf(job, { now, signal }).catch(() => ({
    backups: [],
    reports: [],
    unread: all,
  }))
  const firstSeenAt = await firstSeenOf(job, knowledge, { now, signal }).catch(() => undefined)
  metrics.jobKnown({ job, ...knowledge, firstSeenAt })
  // Interrupted is not the same as down.
  if (signal.aborted) return knowledge.unread
  for (const storage of job.storages) {
    const status = knowledge.unread.includes(storage.name) ? undefined : await statusOf(storage, signal)
    metrics.storageChecked({ job: job.name, storage: storage.name, status })
  }
  return knowledge.unread
}

async function statusOf({ instance }: JobStorage, signal: AbortSignal): Promise<StorageStatus | undefined> {
  return instance.check(signal).catch(() => undefined)
}

function isGone(config: Config | undefined, job: string, storage: string | undefined): boolean {
  if (config === undefined) return false
  const known = config.jobs.find(({ name }) => name === job)
  if (known === undefined) return true
  return storage !== undefined && !known.storages.some(({ name }) => name === storage)
}
