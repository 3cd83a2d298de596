import { isOver, tell, verdictError, verifyBackup, type TellOptions } from '@holdfast/core'
import { exitCodeOf, isHoldfastError, type ReportedNotification, type Verdict } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { findOne, placeFlags, type Found, type PlaceOptions } from '../places.ts'
import { renderDeliveries } from '../render/told.ts'
import { renderVerification } from '../render/verification.ts'

export async function verify(wanted: string, options: PlaceOptions, context: Context): Promise<number> {
  const { screen, stdout, now, signal, json, quiet } = context
  const found = await findOne(wanted, options, context)
  const { backup, place, siblings } = found
  const { storages, verifiers } = place.job
  const startedAt = now()
  const telling = { now: startedAt, signal, backups: siblings, flags: placeFlags(options) }
  const verdicts = await verifyBackup(backup, {
    storages,
    verifiers,
    backups: siblings,
    now,
    onProgress: ({ fraction, rawBytes, detail }) =>
      screen.show({ title: 'verify', fraction, bytes: rawBytes, detail }),
    signal,
  }).catch(async (error: unknown) => {
    // One that can not even be read is as bad; where a storage does not answer, nothing is known.
    if (isHoldfastError(error) && error.code.startsWith('VERIFY_')) await tellFailed(found, error, telling)
    throw error
  })
  screen.rest()
  const failed = worstOf(verdicts)
  const notifications =
    failed === undefined
      ? (await isOver(place.job, 'verify.failed', signal), [])
      : await tellFailed(found, verdictError(failed), telling)
  const { status, exitCode } = outcomeOf(verdicts)
  if (json) {
    const { id, name, job } = backup
    const durationMs = now().getTime() - startedAt.getTime()
    const report = {
      schemaVersion: 1,
      command: 'verify',
      status,
      backup: { id, name, job },
      durationMs,
      verdicts,
      notifications,
    }
    stdout.write(`${JSON.stringify(report)}\n`)
  }
  if (json || quiet ? exitCode !== 0 : true) {
    screen.say(renderVerification(backup, verdicts, status, screen.look()))
    if (notifications.length > 0) screen.say(renderDeliveries(notifications, screen.look()))
  }
  return exitCode
}

async function tellFailed(
  { backup, place }: Found,
  error: unknown,
  options: TellOptions,
): Promise<ReportedNotification[]> {
  const reported = place.job.redactor.error(error)
  const { id, name } = backup
  const detail = `the backup ${name} is not good: ${reported.message}`
  return tell(place.job, { event: 'verify.failed', error: reported, detail, subject: id, shown: id }, options)
}

/** Damage before what only looks unlikely. */
function worstOf(verdicts: readonly Verdict[]): Verdict | undefined {
  const failed = verdicts.filter(({ status }) => status === 'failed')
  return failed.find(({ proves }) => proves !== 'plausible') ?? failed[0]
}

export type VerifyStatus = 'succeeded' | 'suspect' | 'failed'

/** What the verdicts add up to. */
function outcomeOf(verdicts: readonly Verdict[]): { status: VerifyStatus; exitCode: number } {
  const failed = verdicts.filter((verdict) => verdict.status === 'failed')
  if (failed.some(({ proves }) => proves !== 'plausible')) {
    return { status: 'failed', exitCode: exitCodeOf('VERIFY_FAILED') }
  }
  if (failed.length > 0) return { status: 'suspect', exitCode: exitCodeOf('VERIFY_SUSPECT') }
  return { status: 'succeeded', exitCode: 0 }
}
