import {
  isHoldfastError,
  type HoldfastError,
  type ReportedError,
  type ReportedNotification,
  type Verdict,
} from '@holdfast/plugin'
import type { Backup } from './backups.ts'
import type { Decryption } from './encryption/identities.ts'
import type { RunProgress } from './events.ts'
import type { Job } from './job.ts'
import { isOver, tell, tellUnsent } from './notify/outside.ts'
import { verifyBackup } from './verify-backup.ts'
import { verdictError } from './verify-run.ts'

/** What came of reading a backup again. */
export interface JobVerification {
  backup: Backup
  status: 'succeeded' | 'suspect' | 'failed'
  verdicts: Verdict[]
  /** What is wrong with the backup. */
  error?: ReportedError
  notifications: ReportedNotification[]
  /** Why it was not even read: a manifest that is damaged or can not be trusted. */
  refusal?: HoldfastError
}

/**
 * Verifies a backup again, keeps the verdicts beside it, and tells `verify.failed` where it is not good, and what could not
 * be sent earlier. Rejects where a storage does not answer: then nothing is known.
 */
export async function verifyJob(
  job: Job,
  backup: Backup,
  options: {
    /** Every backup of the job, newest first. */
    backups: readonly Backup[]
    /** Those that are asked; all of the job's unless set. */
    verifiers?: Job['verifiers']
    decryption?: Decryption
    /** Every byte is read, whatever the verifiers' options say. */
    readFull?: boolean
    now: () => Date
    signal: AbortSignal
    onProgress?: (progress: RunProgress) => void
    /** What the commands need besides names, such as `--from ./backups`. */
    flags?: string | undefined
    nextRunAt?: Date | undefined
  },
): Promise<JobVerification> {
  const { backups, now, signal, flags, nextRunAt } = options
  const telling = { now: now(), signal, backups, flags, nextRunAt }
  const tellFailed = (error: ReportedError): Promise<ReportedNotification[]> => {
    const detail = `the backup ${backup.name} is not good: ${error.message}`
    const { id } = backup
    return tell(job, { event: 'verify.failed', error, detail, subject: id, shown: id }, telling)
  }

  const { storages } = job
  const verifiers = options.verifiers ?? job.verifiers
  let verdicts: Verdict[]
  try {
    verdicts = await verifyBackup(backup, { ...options, storages, verifiers })
  } catch (refusal) {
    if (!isHoldfastError(refusal) || !refusal.code.startsWith('VERIFY_')) throw refusal
    const error = job.redactor.error(refusal)
    return { backup, status: 'failed', verdicts: [], error, notifications: await tellFailed(error), refusal }
  }
  const worst = worstOf(verdicts)
  if (worst === undefined) {
    await isOver(job, 'verify.failed', signal)
    return { backup, status: 'succeeded', verdicts, notifications: await tellUnsent(job, telling) }
  }
  const error = job.redactor.error(verdictError(worst, backup))
  const status = worst.proves === 'plausible' ? 'suspect' : 'failed'
  return { backup, status, verdicts, error, notifications: await tellFailed(error) }
}

/** Damage before what only looks unlikely. */
function worstOf(verdicts: readonly Verdict[]): Verdict | undefined {
  const failed = verdicts.filter(({ status }) => status === 'failed')
  return failed.find(({ proves }) => proves !== 'plausible') ?? failed[0]
}
