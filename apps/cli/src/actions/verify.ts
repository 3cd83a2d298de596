import { verifyJob, type Job, type JobVerification } from '@holdfast/core'
import { exitCodeOf } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { openDecryption, type KeyOptions } from '../keys.ts'
import { openMetricsFile } from '../metrics-file.ts'
import { nextRunOf } from '../next-run.ts'
import { findOne, placeFlags, type PlaceOptions } from '../places.ts'
import { renderDeliveries } from '../render/told.ts'
import { renderVerification } from '../render/verification.ts'
import { usageError } from '../usage.ts'

export interface VerifyCommandOptions extends PlaceOptions, KeyOptions {
  level?: 'archive' | 'plausible' | 'restored' | undefined
  full?: true | undefined
  metricsFile?: string | undefined
}

export async function verify(
  wanted: string,
  options: VerifyCommandOptions,
  context: Context,
): Promise<number> {
  const { screen, stdout, now, signal, json, quiet } = context
  const { backup, place, siblings } = await findOne(wanted, options, context)
  const metricsFile = await openMetricsFile(options, context)
  const startedAt = now()
  const { status, verdicts, notifications, refusal } = await verifyJob(place.job, backup, {
    verifiers: verifiersOf(place.job, options),
    decryption: await openDecryption(place.job, options, context),
    backups: siblings,
    readFull: options.full === true,
    now,
    onProgress: ({ fraction, rawBytes, detail }) =>
      screen.show({ title: 'verify', fraction, bytes: rawBytes, detail }),
    flags: placeFlags(options),
    ...nextRunOf(backup.job, place.config, startedAt),
    signal,
  })
  screen.rest()
  await metricsFile?.record({ ...place.job, name: backup.job }, place.config, (metrics) => {
    metrics.verified({ job: backup.job, verdicts })
    metrics.notified({ job: backup.job, notifications })
  })
  if (refusal !== undefined) throw refusal
  const exitCode = exitCodes[status]
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

function verifiersOf({ name, verifiers }: Job, { level }: VerifyCommandOptions): Job['verifiers'] {
  const asked = verifiers.filter(({ instance }) => level === undefined || instance.proves === level)
  if (asked.length > 0 || level === undefined) return asked
  const known = [...new Set(verifiers.map(({ instance }) => instance.proves))].join(', ')
  throw usageError(
    `no verifier of the job ${name} finds out ${level}`,
    `Those that it has find out ${known}.`,
  )
}

export type VerifyStatus = JobVerification['status']

const exitCodes: Readonly<Record<VerifyStatus, number>> = {
  succeeded: 0,
  suspect: exitCodeOf('VERIFY_SUSPECT'),
  failed: exitCodeOf('VERIFY_FAILED'),
}
