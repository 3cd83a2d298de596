import { verifyBackup, type Job } from '@holdfast/core'
import { exitCodeOf, type Verdict } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { openDecryption, type KeyOptions } from '../keys.ts'
import { findOne, type PlaceOptions } from '../places.ts'
import { renderVerification } from '../render/verification.ts'
import { usageError } from '../usage.ts'

export interface VerifyCommandOptions extends PlaceOptions, KeyOptions {
  level?: 'archive' | 'plausible' | 'restored' | undefined
  full?: true | undefined
}

export async function verify(
  wanted: string,
  options: VerifyCommandOptions,
  context: Context,
): Promise<number> {
  const { screen, stdout, now, signal, json, quiet } = context
  const { backup, place, siblings } = await findOne(wanted, options, context)
  const { storages } = place.job
  const verifiers = verifiersOf(place.job, options)
  const decryption = await openDecryption(place.job, options, context)
  const startedAt = now()
  const verdicts = await verifyBackup(backup, {
    storages,
    verifiers,
    decryption,
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

function verifiersOf({ name, verifiers }: Job, { level }: VerifyCommandOptions): Job['verifiers'] {
  const asked = verifiers.filter(({ instance }) => level === undefined || instance.proves === level)
  if (asked.length > 0 || level === undefined) return asked
  const known = [...new Set(verifiers.map(({ instance }) => instance.proves))].join(', ')
  throw usageError(
    `no verifier of the job ${name} finds out ${level}`,
    `Those that it has find out ${known}.`,
  )
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
