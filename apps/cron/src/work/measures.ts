import { firstSeenOf, knowledgeOf, type Job } from '@holdfast/core'
import type { Metrics } from '@holdfast/metrics'
import type { CheckedStorage } from '../http/storages.ts'
import type { JobTask } from './configuration.ts'
import type { Outcome } from './perform.ts'

/** Keeps the metrics of the jobs as the storages know them. */
export interface Measures {
  /** These are the jobs now. Resolves once the storages have been asked about each. */
  replace(jobs: readonly { job: Job; tasks: readonly JobTask[] }[]): Promise<void>
  ended(task: JobTask, outcome: Outcome): void
  missed(task: JobTask, count: number): void
  /** The page as it is now. */
  text(storages: readonly CheckedStorage[]): Promise<string>
}

const parallelJobs = 4

export function createMeasures(
  metrics: Metrics,
  {
    now,
    signal,
    nextRunAt,
    onError,
  }: {
    now: () => Date
    signal: AbortSignal
    nextRunAt: (task: JobTask) => Date | undefined
    onError: (job: string, error: unknown) => void
  },
): Measures {
  let tasks: readonly JobTask[] = []
  let names = new Set<string>()
  /** Jobs that are being asked about, and whether they are to be once more. */
  const asking = new Map<string, { again: boolean }>()

  const ask = async (job: Job): Promise<void> => {
    const known = asking.get(job.name)
    if (known !== undefined) {
      known.again = true
      return
    }
    const turn = { again: false }
    asking.set(job.name, turn)
    try {
      do {
        turn.again = false
        const knowledge = await knowledgeOf(job, { now: now(), signal })
        const firstSeenAt = await firstSeenOf(job, knowledge, { now: now(), signal })
        if (names.has(job.name)) metrics.jobKnown({ job, ...knowledge, firstSeenAt })
      } while (turn.again)
    } catch (error) {
      if (!signal.aborted) onError(job.name, error)
    } finally {
      asking.delete(job.name)
    }
  }

  return {
    replace: async (jobs) => {
      for (const { job, kind } of tasks) metrics.nextRun({ job, task: kind, at: undefined })
      const before = names
      names = new Set(jobs.map(({ job }) => job.name))
      for (const name of before) if (!names.has(name)) metrics.forget(name)
      tasks = jobs.flatMap((one) => one.tasks)
      const queue = jobs.values()
      const worker = async (): Promise<void> => {
        for (const { job } of queue) await ask(job)
      }
      await Promise.all(Array.from({ length: parallelJobs }, worker))
    },
    ended: ({ job, work }, outcome) => {
      switch (outcome.kind) {
        case 'backup':
          metrics.runFinished(outcome.report)
          break
        case 'verify': {
          if (outcome.verification === undefined) return
          const { verdicts, notifications } = outcome.verification
          metrics.verified({ job, verdicts })
          metrics.notified({ job, notifications })
          break
        }
        case 'prune':
          metrics.pruned({ job, retention: outcome.pruning.retention })
          metrics.notified({ job, notifications: outcome.pruning.notifications })
          break
        case 'check': {
          const { status, notifications } = outcome.check
          metrics.checked({ job, status, at: now() })
          return metrics.notified({ job, notifications })
        }
      }
      void ask(work)
    },
    missed: ({ job, kind }, count) => metrics.missed({ job, task: kind, count }),
    text: (storages) => {
      for (const { uses, status } of storages) {
        for (const { job, storage } of uses)
          if (names.has(job)) metrics.storageChecked({ job, storage, status })
      }
      for (const task of tasks) metrics.nextRun({ job: task.job, task: task.kind, at: nextRunAt(task) })
      return metrics.text()
    },
  }
}
