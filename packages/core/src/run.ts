import type { Report } from '@holdfast/plugin'
import { claimName, type Claim } from './claim.ts'
import { dumpAndStore } from './dump.ts'
import type { RunEvent } from './events.ts'
import type { Job } from './job.ts'
import { keepReport } from './keep-report.ts'
import { openNotices } from './notify/notices.ts'
import { preflight, type Ready } from './preflight.ts'
import { publish } from './publish.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { retain } from './retain.ts'
import { reportStored } from './report-backup.ts'
import { verifyRun } from './verify-run.ts'
import { trackWrites } from './wrap/track.ts'

export interface RunOptions {
  /** Aborting it ends the run within seconds; its reason, a HoldfastError, is what the report says. */
  signal: AbortSignal
  /** Told what happens, as it happens. */
  onEvent?: (event: RunEvent) => void
  /** The clock. */
  now?: () => Date
  /** Checks everything and takes the snapshot, but dumps nothing. */
  dryRun?: boolean
  /** The retention label, such as `pre-deploy`. */
  label?: string
  /** What the commands need besides a backup's id to find it, such as `--from ./backups`. */
  restoreFlags?: string
  /** When the job's schedule runs it next, where somebody knows; the notifications say it. */
  nextRunAt?: Date
}

/** Where the backup of a run goes, from the moment on that there is such a place. */
interface Place {
  claim?: Claim
}

/** How long what must still be done after a run was cancelled may take, in milliseconds. */
const afterwardsMs = 4000

/**
 * Makes one backup of a job: the whole of Holdfast, top to bottom. Resolves with the report whatever happens; it never
 * rejects for what a database, a storage or a plugin does.
 */
export async function run(job: Job, options: RunOptions): Promise<Report> {
  const { signal, onEvent, now = () => new Date(), dryRun = false } = options
  const startedAt = now()
  const recorder = createRecorder(job, {
    startedAt,
    now,
    dryRun,
    signal,
    ...(onEvent !== undefined && { onEvent }),
  })
  const place: Place = {}

  recorder.tell({ type: 'run.started', job: job.name, startedAt: startedAt.toISOString(), dryRun })
  const { restoreFlags: flags, nextRunAt } = options
  const notices = dryRun ? undefined : openNotices(job, recorder, { startedAt, signal, flags, nextRunAt })
  let ready: Ready | undefined
  try {
    ready = await recorder.stage('preflight', () => preflight(job, recorder, signal))
    await backUp(job, { ...options, now }, ready, startedAt, place, recorder)
  } catch (error) {
    recorder.fail(error)
  }
  if (notices !== undefined) {
    await recorder.forgivingStage('notify', () => notices.finish(ready?.backups))
    await keepReport(job, recorder, { ...place, startedAt, limitMs: afterwardsMs })
  }
  const report = recorder.finish()
  recorder.tell({ type: 'run.finished', report })
  return report
}

async function backUp(
  job: Job,
  { signal, now, label, restoreFlags }: RunOptions & { now: () => Date },
  ready: Ready,
  startedAt: Date,
  place: Place,
  recorder: Recorder,
): Promise<void> {
  const snapshot = await recorder.stage('snapshot', () =>
    job.source.snapshot({ ...job.dump, job: job.name }, signal),
  )
  try {
    for (const warning of snapshot.warnings) recorder.warn(warning)
    recorder.tell({
      type: 'snapshot.taken',
      tables: snapshot.tables.length,
      largeObjects: snapshot.largeObjects,
    })
    if (recorder.report.dryRun) return

    const { claim, storages } = await claimName(job, ready.storages, startedAt, recorder, signal)
    place.claim = claim
    const writes = trackWrites(storages)
    const backup = await writes.undoneOnError(afterwardsMs, async () => {
      const dumped = await recorder.stage(['dump', 'transform', 'store'], () =>
        dumpAndStore(job, { ...ready, storages: writes.storages }, snapshot, claim, recorder, signal),
      )
      for (const warning of snapshot.warnings) recorder.warn(warning)
      return recorder.stage('record', () =>
        publish(job, ready, snapshot, claim, dumped, {
          startedAt,
          finishedAt: now(),
          label,
          recorder,
          signal,
        }),
      )
    })
    await writes.undoneExceptIn(backup.storages, afterwardsMs)
    reportStored(recorder.report, backup, { restoreFlags })

    await recorder.stage('verify', () => verifyRun(job, ready, backup, recorder, { now, signal }))
    if (recorder.report.status === 'succeeded') {
      await recorder.forgivingStage('retain', () =>
        retain(job, ready, backup, recorder, { now: now(), startedAt, signal }),
      )
    }
  } finally {
    await snapshot.close()
  }
}
