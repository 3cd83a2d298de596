import {
  checkJob,
  listBackups,
  pruneJob,
  run,
  verifyJob,
  type JobCheck,
  type JobPruning,
  type JobVerification,
} from '@holdfast/core'
import type { Report } from '@holdfast/plugin'
import type { Start } from '../engine/engine.ts'
import type { JobTask } from './configuration.ts'
import type { Logger } from '../log/logger.ts'
import { logRunEvents } from '../log/run-events.ts'
import { openDecryption } from './keys.ts'
import { rememberDone } from './memory.ts'

/** What came of a task. */
export type Outcome =
  | { kind: 'backup'; report: Report }
  | { kind: 'verify'; verification: JobVerification | undefined }
  | { kind: 'prune'; pruning: JobPruning }
  | { kind: 'check'; check: JobCheck }

/** How long remembering may take after a task was cancelled, in milliseconds. */
const rememberMs = 10_000

export interface PerformOptions {
  now: () => Date
  logger: Logger
  /** Told what came of it; not where it could not be done, since a storage did not answer or it was cancelled. */
  onEnd: (outcome: Outcome) => void
  /** What the commands need besides names, such as `--config holdfast.config.yaml`. */
  flags: string
  environment: NodeJS.ProcessEnv
}

/** Does what is due with the same core as the command. Never rejects for what a database or a storage does. */
export async function perform(start: Start<JobTask>, options: PerformOptions): Promise<void> {
  const { now, logger, onEnd } = options
  const { task, dueAt, signal } = start
  const startedAt = now()
  const { redactor } = task.work
  logger.info({ dueAt: dueAt.toISOString(), lateMs: startedAt.getTime() - dueAt.getTime() }, 'started')
  try {
    const outcome = await outcomeOf(start, options)
    logOutcome(outcome, logger)
    onEnd(outcome)
  } catch (error) {
    const reported = redactor.error(signal.aborted ? signal.reason : error)
    logger.error({ error: reported }, `${task.kind} failed: ${reported.message}`)
    if (signal.aborted) return
  }
  if (task.kind !== 'verify' && task.kind !== 'prune') return
  try {
    await rememberDone(task.work, task, startedAt, AbortSignal.timeout(rememberMs))
  } catch (error) {
    const reported = redactor.error(error)
    logger.warn(
      { error: reported },
      `could not be remembered, and may be done once more: ${reported.message}`,
    )
  }
}

async function outcomeOf(
  { task: { kind, work }, nextRunAt, signal }: Start<JobTask>,
  { now, logger, flags, environment }: PerformOptions,
): Promise<Outcome> {
  switch (kind) {
    case 'backup': {
      const next = nextRunAt === undefined ? {} : { nextRunAt }
      const onEvent = logRunEvents(logger)
      return { kind, report: await run(work, { signal, now, restoreFlags: flags, onEvent, ...next }) }
    }
    case 'verify': {
      const backups = await listBackups(work.storages, work.name, signal)
      const newest = backups.find(({ manifest }) => manifest !== undefined)
      if (newest === undefined) return { kind, verification: undefined }
      const decryption = await openDecryption(work, environment)
      const options = { backups, decryption, now, signal, flags, nextRunAt }
      return { kind, verification: await verifyJob(work, newest, options) }
    }
    case 'prune':
      return { kind, pruning: await pruneJob(work, { now, signal, flags, nextRunAt }) }
    case 'check':
      return { kind, check: await checkJob(work, { now: now(), signal, flags, nextRunAt }) }
  }
}

/** `2026-11-22 03:00 UTC`. */
function minuteOf(moment: Date | undefined): string {
  return moment === undefined ? 'now' : `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function logOutcome(outcome: Outcome, logger: Logger): void {
  switch (outcome.kind) {
    // The events of a run have said it.
    case 'backup':
      return
    case 'verify': {
      const { verification } = outcome
      if (verification === undefined) return logger.warn('there is no backup to verify yet')
      const { status, backup, error } = verification
      const about = { backup: { id: backup.id, name: backup.name }, status, ...(error && { error }) }
      if (status === 'succeeded') return logger.info(about, `verified ${backup.name}`)
      return logger.error(about, `${backup.name} is not good: ${error?.message ?? status}`)
    }
    case 'prune': {
      const { retention } = outcome.pruning
      for (const one of retention) {
        const { storage, deleted, kept, errors } = one
        const what = `${deleted.length} backups deleted, ${kept} kept in ${storage}`
        if (errors.length === 0) logger.info({ retention: one }, what)
        else logger.error({ retention: one, error: errors[0] }, `${what}; ${errors[0]?.message}`)
      }
      return
    }
    case 'check': {
      const { check } = outcome
      if (check.status === 'unexpected')
        return logger.warn('nothing to look for, since the job has no expectEvery')
      if (check.status === 'awaited')
        return logger.info({ check }, `no good backup yet; the first is expected by ${minuteOf(check.dueAt)}`)
      if (check.error === undefined) return logger.info({ check }, 'the newest good backup is young enough')
      return logger.error({ check, error: check.error }, `missed: ${check.error.message}`)
    }
  }
}
