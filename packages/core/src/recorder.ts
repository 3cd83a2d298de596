import {
  exitCodeOf,
  HoldfastError,
  isHoldfastError,
  type Report,
  type ReportedError,
  type ReportedStorage,
  type RunStatus,
  type StageName,
} from '@holdfast/plugin'
import type { RunEvent } from './events.ts'
import type { Job, JobStorage } from './job.ts'
import { stages, type FatalStage, type ForgivingStage } from './stages.ts'

/** Keeps the report of a run while it happens, and tells it as events. Everything that leaves it is redacted. */
export interface Recorder {
  /** What is known so far; run.ts fills it in. */
  readonly report: Report
  tell(event: RunEvent): void
  warn(message: string): void
  /** Runs a stage, or some that happen together; an error is thrown on, with its stage. */
  stage<Result>(names: FatalStage | readonly FatalStage[], work: () => Promise<Result>): Promise<Result>
  /** Runs a stage whose error is told as a warning and survived. */
  forgivingStage(name: ForgivingStage, work: () => Promise<void>): Promise<void>
  /** Marks a storage as out of this run; the run goes on as partial. */
  dropStorage(storage: JobStorage, error: unknown): void
  /** Sets the status from what ended the run early. */
  fail(error: unknown): void
  /** An error as people and programs may see it. */
  reported(error: unknown): ReportedError
  /** The same in one line. */
  describe(error: unknown): string
  /** The report as it stands, for those who are told before the end. */
  current(): Report
  finish(): Report
}

export function createRecorder(
  job: Job,
  options: {
    startedAt: Date
    dryRun: boolean
    now: () => Date
    signal: AbortSignal
    onEvent?: (event: RunEvent) => void
  },
): Recorder {
  const { redactor } = job
  const began = performance.now()
  const report: Report = {
    schemaVersion: 1,
    command: 'backup',
    status: 'succeeded',
    job: job.name,
    startedAt: options.startedAt.toISOString(),
    finishedAt: options.startedAt.toISOString(),
    durationMs: 0,
    dryRun: options.dryRun,
    stages: [],
    storages: job.storages.map((storage) => reportedStorage(storage)),
    verdicts: [],
    notifications: [],
    retention: [],
    warnings: [],
  }

  const tell = (event: RunEvent): void => {
    options.onEvent?.(event.type === 'progress' ? event : redactor.value(event))
  }

  const warn = (message: string): void => {
    if (report.warnings.includes(message)) return
    report.warnings.push(message)
    tell({ type: 'warning', message })
  }

  const describe = (error: unknown): string => {
    const { message, code } = redactor.error(error)
    return `${message} (${code})`
  }

  const current = (): Report => {
    report.finishedAt = options.now().toISOString()
    report.durationMs = Math.round(performance.now() - began)
    return redactor.value(report)
  }

  const finishStage = (
    names: readonly StageName[],
    status: 'passed' | 'failed' | 'skipped',
    since: number,
  ): void => {
    for (const name of names) {
      const stage = { name, status, durationMs: Math.round(performance.now() - since) }
      report.stages.push(stage)
      tell({ type: 'stage.finished', stage })
    }
  }

  const timed = async <Result>(names: readonly StageName[], work: () => Promise<Result>): Promise<Result> => {
    const since = performance.now()
    for (const name of names) tell({ type: 'stage.started', stage: name })
    try {
      const result = await work()
      finishStage(names, 'passed', since)
      return result
    } catch (error) {
      finishStage(names, 'failed', since)
      throw placed(error, names[0])
    }
  }

  return {
    report,
    tell,
    warn,
    stage: (names, work) => timed(typeof names === 'string' ? [names] : names, work),
    forgivingStage: async (name, work) => {
      try {
        await timed([name], work)
      } catch (error) {
        if (options.signal.aborted) throw error
        warn(`${name}: ${describe(error)}`)
      }
    },
    dropStorage: (storage, error) => {
      const entry = report.storages.find((one) => one.name === storage.name)
      const reported = redactor.error(error)
      if (entry !== undefined) Object.assign(entry, { status: 'failed', bytes: 0, error: reported })
      tell({ type: 'storage.failed', storage: storage.name, error: reported })
      if (report.status === 'succeeded') report.status = 'partial'
    },
    fail: (error) => {
      const reason: unknown = options.signal.aborted ? options.signal.reason : error
      const reported = redactor.error(reason)
      report.error = reported
      report.status = statusOf(reported.code)
    },
    reported: (error) => redactor.error(error),
    describe,
    current,
    finish: () => {
      const reached = new Set(report.stages.map((one) => one.name))
      for (const name of Object.keys(stages) as StageName[]) {
        if (!reached.has(name)) report.stages.push({ name, status: 'skipped', durationMs: 0 })
      }
      return current()
    },
  }
}

function reportedStorage(storage: JobStorage): ReportedStorage {
  return {
    name: storage.name,
    plugin: storage.plugin,
    status: 'skipped',
    location: storage.instance.location(''),
    bytes: 0,
  }
}

function statusOf(code: string): RunStatus {
  if (code === 'VERIFY_SUSPECT') return 'suspect'
  return exitCodeOf(code) >= 128 ? 'cancelled' : 'failed'
}

function placed(error: unknown, stage: StageName | undefined): HoldfastError {
  if (isHoldfastError(error)) return error.within({ stage })
  const message = error instanceof Error ? error.message : String(error)
  return new HoldfastError('INTERNAL', message, { stage, cause: error })
}
