import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMetrics } from '@holdfast/metrics'
import { HoldfastError } from '@holdfast/plugin'
import { systemClock } from './engine/clock.ts'
import { createEngine } from './engine/engine.ts'
import { createEngineMetrics } from './http/engine-metrics.ts'
import { createReadiness } from './http/readiness.ts'
import { servePages, text } from './http/server.ts'
import { checkStorages } from './http/storages.ts'
import type { Logger } from './log/logger.ts'
import { configFlags } from './options.ts'
import { readConfiguration, type JobTask } from './work/configuration.ts'
import { createMeasures } from './work/measures.ts'
import { perform } from './work/perform.ts'
import { recollect } from './work/recollection.ts'

/** How long everything waits at the start for what the storages remember, in milliseconds. */
const patienceMs = 2000

/** How long a scrape waits for what the storages know, in milliseconds; Prometheus gives up after 10 seconds. */
const scrapeMs = 8000

export interface ServeOptions {
  /** The configuration file. */
  file: string
  /** As the user wrote it, for commands that people are told. */
  config: string | undefined
  host: string
  port: number
}

export interface Service {
  url: string
  /** Reads the configuration again, and uses it from then on; where it is refused, the old one stays. */
  reload(): Promise<void>
  /** Starts nothing more, lets what runs end within the grace time, then cancels it. Resolves once all is quiet. */
  stop(): Promise<void>
  /** Does not wait any longer for what runs. */
  cancel(): void
  /** Says of an error that nobody caught that it is no reason to stop. */
  survive(error: unknown): void
}

/**
 * Starts everything, and does not wait for storages: it is ready when the log and `/readyz` say so. Rejects with what is
 * wrong with the configuration or the address; nothing is left running then.
 */
export async function serve(
  { file, config, host, port }: ServeOptions,
  { environment, logger }: { environment: NodeJS.ProcessEnv; logger: Logger },
): Promise<Service> {
  const now = (): Date => systemClock.now()
  const flags = configFlags(config)
  let loaded = await readConfiguration(file, environment)
  let isRecollected = false
  /** Counts the configurations that were put to use, since what the storages say of an older one comes too late. */
  let uses = 0
  let measured = Promise.resolve()
  const stopped = new AbortController()

  const engine = createEngine<JobTask>({
    clock: systemClock,
    maxConcurrent: loaded.config.cron.maxConcurrent,
    perform: (start) => {
      const { job, kind } = start.task
      const run = randomUUID()
      return perform(start, {
        now,
        logger: logger.child({ run, job, task: kind }),
        onEnd: (outcome) => measures.ended(start.task, outcome),
        flags,
        environment,
      })
    },
    onCrash: ({ job, kind }, error) => {
      metrics.crashed()
      logger.error({ job, task: kind, err: error }, 'a mistake in Holdfast ended this task')
    },
    onMissed: (task, count) => {
      const { job, kind } = task
      measures.missed(task, count)
      logger.warn({ job, task: kind, missed: count }, `missed ${count} times; one run is for all of them`)
    },
  })
  const metrics = createEngineMetrics(() => engine.state(), now)
  const measures = createMeasures(createMetrics({ registry: metrics.registry, now }), {
    now,
    signal: stopped.signal,
    nextRunAt: (task) => engine.nextRunAt(task),
    onError: (job, error) => logger.warn({ job, err: error }, 'its metrics could not be read'),
  })
  const readiness = createReadiness({
    now,
    check: () =>
      checkStorages(
        loaded.jobs.map(({ job }) => job),
        stopped.signal,
      ),
    isLoaded: () => isRecollected,
  })
  const server = await servePages(
    {
      '/healthz': () => text(200, 'ok\n'),
      '/readyz': () => readiness.page(),
      '/metrics': async () => {
        // A scrape right after the start waits, so that its gauges are right.
        await Promise.race([measured, sleep(scrapeMs, undefined, { ref: false })])
        const { contentType } = metrics.registry
        return { status: 200, contentType, body: await measures.text(await readiness.storages()) }
      },
    },
    { host, port, onError: (error) => logger.error({ err: error }, 'a request could not be answered') },
  )

  const later = (delayMs: number, call: () => void): void => {
    const callOff = systemClock.after(delayMs, () => {
      stopped.signal.removeEventListener('abort', callOff)
      call()
    })
    stopped.signal.addEventListener('abort', callOff, { once: true })
  }
  const use = async (): Promise<void> => {
    const own = ++uses
    const isCurrent = (): boolean => own === uses && !stopped.signal.aborted
    const { jobs, config: current } = loaded
    engine.replace(
      jobs.flatMap(({ tasks }) => tasks),
      current.cron,
    )
    metrics.reloaded(true)
    readiness.forget()
    const unscheduled = current.jobs.filter(({ schedule }) => schedule === undefined)
    if (unscheduled.length > 0) {
      logger.warn(`no schedule: ${unscheduled.map(({ name }) => name).join(', ')}`)
    }
    measured = measures.replace(jobs)
    const remember: typeof engine.remember = (...told) => {
      if (isCurrent()) engine.remember(...told)
    }
    const recollected = recollect(jobs, { engine: { remember }, now, logger, signal: stopped.signal, later })
    // A storage that does not answer holds nobody else up.
    await Promise.race([recollected, sleep(patienceMs, undefined, { ref: false })])
    engine.start()
    await recollected
    if (!isCurrent()) return
    for (const task of jobs.flatMap(({ tasks }) => tasks)) if (task.kind === 'check') engine.enqueue(task)
    isRecollected = true
    logger.info({ jobs: jobs.length }, 'ready; what is due runs from now on')
  }
  const survive = (error: unknown): void => {
    metrics.crashed()
    logger.error({ err: error }, 'an error that nobody caught; going on')
  }

  logger.info({ file, jobs: loaded.jobs.length, url: server.url }, `listening on ${server.url}`)
  use().catch(survive)

  return {
    url: server.url,
    reload: async () => {
      try {
        loaded = await readConfiguration(file, environment)
      } catch (error) {
        metrics.reloaded(false)
        throw error
      }
      use().catch(survive)
    },
    stop: async () => {
      const { graceMs } = loaded.config.cron
      const running = engine.state().running.length
      logger.info({ running }, `stopping; ${running} running`)
      const isQuiet = await drained(engine.drain(), graceMs, () => {
        logger.warn(`cancelling what still runs after ${graceMs} ms`)
        engine.cancel(stopReason())
      })
      stopped.abort()
      await server.close()
      if (!isQuiet) throw new Error('something that was cancelled did not end')
      logger.info('stopped')
    },
    cancel: () => engine.cancel(stopReason()),
    survive,
  }
}

/** How long what was cancelled may take to end, in milliseconds. */
const endMs = 15_000

/** False where it is not over long after the grace time. */
async function drained(end: Promise<void>, graceMs: number, cancel: () => void): Promise<boolean> {
  const timers: (() => void)[] = []
  const late = new Promise<boolean>((resolve) => {
    timers.push(
      systemClock.after(graceMs, cancel),
      systemClock.after(graceMs + endMs, () => resolve(false)),
    )
  })
  try {
    return await Promise.race([end.then(() => true), late])
  } finally {
    for (const callOff of timers) callOff()
  }
}

function stopReason(): HoldfastError {
  return new HoldfastError('RUN_TERMINATED', 'holdfast-cron was told to stop', {
    hint: 'The run is made up for when it starts again.',
  })
}
