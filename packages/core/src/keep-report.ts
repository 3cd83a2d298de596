import { hasCode } from '@holdfast/plugin'
import { placeOf, type Claim } from './claim.ts'
import type { Job, JobStorage } from './job.ts'
import { reportKey } from './keys.ts'
import { writeReport } from './records.ts'
import type { Recorder } from './recorder.ts'

export interface Keeping {
  /** The place of the run's backup; absent where it ended before it had one. */
  claim?: Claim
  startedAt: Date
  /** How long each storage may take, in milliseconds. */
  limitMs: number
}

/**
 * Keeps the run log in every storage, beside the backup; never rejects. A run that never had the job's lock leaves none:
 * the place is another run's.
 */
export async function keepReport(job: Job, recorder: Recorder, keeping: Keeping): Promise<void> {
  if (recorder.report.error?.code === 'RUN_LOCKED') return
  const report = recorder.current()
  const keep = async ({ instance, name }: JobStorage): Promise<void> => {
    try {
      const write = (base: string): Promise<void> =>
        writeReport(instance, base, report, AbortSignal.timeout(keeping.limitMs))
      const base = await writeInPlace(job, keeping, write)
      const entry = recorder.report.storages.find((one) => one.name === name)
      if (entry !== undefined) entry.log = reportKey(base)
    } catch (error) {
      recorder.warn(`the report of this run could not be kept in ${name}: ${recorder.describe(error)}`)
    }
  }
  await Promise.all(job.storages.map(keep))
}

/** Without a place of its own, the first one where no other run of the same second has kept a report. */
async function writeInPlace(
  job: Job,
  { claim, startedAt }: Keeping,
  write: (base: string) => Promise<void>,
): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { base } = claim ?? placeOf(job, startedAt, attempt)
    try {
      await write(base)
      return base
    } catch (error) {
      if (claim !== undefined || !hasCode(error, 'STORAGE_EXISTS')) throw error
    }
  }
}
