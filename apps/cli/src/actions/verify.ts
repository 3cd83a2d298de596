import { verifyBackup } from '@holdfast/core'
import { exitCodeOf, type Verdict } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { findOne, type PlaceOptions } from '../places.ts'
import { renderVerification } from '../render/verification.ts'

export interface VerifyCommandOptions extends PlaceOptions {
  full?: true | undefined
}

export async function verify(
  wanted: string,
  options: VerifyCommandOptions,
  context: Context,
): Promise<number> {
  const { screen, stdout, now, signal, json, quiet } = context
  const { backup, place, siblings } = await findOne(wanted, options, context)
  const { storages, verifiers } = place.job
  const startedAt = now()
  const verdicts = await verifyBackup(backup, {
    storages,
    verifiers,
    backups: siblings,
    readFull: options.full === true,
    now,
    onProgress: ({ fraction, rawBytes, detail }) =>
      screen.show({ title: 'verify', fraction, bytes: rawBytes, detail }),
    signal,
  })
  screen.rest()
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
    }
    stdout.write(`${JSON.stringify(report)}\n`)
  }
  if (json || quiet ? exitCode !== 0 : true)
    screen.say(renderVerification(backup, verdicts, status, screen.look()))
  return exitCode
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
