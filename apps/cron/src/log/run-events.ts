import type { RunEvent } from '@holdfast/core'
import type { Report } from '@holdfast/plugin'
import type { Logger } from './logger.ts'

/** Logs what happens in a run; how far it is, is not for a log. */
export function logRunEvents(logger: Logger): (event: RunEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'warning':
        return logger.warn(event.message)
      case 'storage.failed':
        return logger.error(
          { storage: event.storage, error: event.error },
          `${event.storage} is out of this run: ${event.error.message}`,
        )
      case 'stage.finished':
        return logger.debug({ stage: event.stage }, `${event.stage.name} ${event.stage.status}`)
      case 'run.finished':
        return logReport(event.report, logger)
      case 'run.started':
      case 'source.found':
      case 'snapshot.taken':
      case 'stage.started':
      case 'progress':
      case 'verdict':
        return
    }
  }
}

function logReport({ status, durationMs, backup, storages, error }: Report, logger: Logger): void {
  const about = {
    status,
    durationMs,
    ...(backup !== undefined && { backup: { id: backup.id, name: backup.name, rows: backup.rows } }),
    bytes: storages[0]?.bytes,
    ...(error !== undefined && { error }),
  }
  if (status === 'succeeded') logger.info(about, `backed up as ${backup?.name}`)
  else if (status === 'partial') logger.warn(about, `backed up as ${backup?.name}, but only in part`)
  else logger.error(about, `backup ${status}${error === undefined ? '' : `: ${error.message}`}`)
}
