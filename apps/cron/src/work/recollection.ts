import type { Job } from '@holdfast/core'
import type { Engine } from '../engine/engine.ts'
import type { Logger } from '../log/logger.ts'
import type { JobTask } from './configuration.ts'
import { recall } from './memory.ts'

const parallelJobs = 16
const parallelWrites = 4

/** A storage that does not answer is asked again after so many milliseconds. */
const againMs = 60_000

type ScheduledJob = { job: Job; tasks: readonly JobTask[] }

interface RecollectionOptions {
  engine: Pick<Engine<JobTask>, 'remember'>
  now: () => Date
  logger: Logger
  signal: AbortSignal
  /** Calls later, unless the signal has aborted by then. */
  later: (delayMs: number, call: () => void) => void
}

/**
 * Tells the engine what the storages remember of the jobs. Resolves once each has been asked; one that does not answer
 * goes on being asked, while its job runs by its schedule from now on.
 */
export async function recollect(jobs: readonly ScheduledJob[], options: RecollectionOptions): Promise<void> {
  const { engine, now, logger, signal, later } = options
  const unknown: ScheduledJob[] = []
  const keeps: { job: string; keep: (signal: AbortSignal) => Promise<void> }[] = []
  await forEach(jobs, parallelJobs, async ({ job, tasks }) => {
    try {
      const { doneUntil, keep } = await recall(job, tasks, { now: now(), signal })
      for (const [kind, moment] of doneUntil) engine.remember({ job: job.name, kind }, moment)
      if (keep !== undefined) keeps.push({ job: job.name, keep })
    } catch (error) {
      if (signal.aborted) return
      unknown.push({ job, tasks })
      const reported = job.redactor.error(error)
      logger.warn(
        { job: job.name, error: reported },
        `what was done before is not known yet: ${reported.message}`,
      )
    }
  })
  // Nobody waits for these: whoever dies before has only forgotten that the job was new.
  void forEach(keeps, parallelWrites, async ({ job, keep }) => {
    await keep(signal).catch((error: unknown) => {
      if (!signal.aborted) logger.warn({ job, error: String(error) }, 'its schedule could not be remembered')
    })
  })
  if (unknown.length > 0) later(againMs, () => void recollect(unknown, options))
}

async function forEach<Item>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}
