import { restoreBackup, type RestoreProgress } from '@holdfast/core'
import { exitCodeOf } from '@holdfast/plugin'
import { postgresTarget } from '@holdfast/postgres'
import type { Context } from '../context.ts'
import { openDecryption, type KeyOptions } from '../keys.ts'
import { findOne, type PlaceOptions } from '../places.ts'
import type { Activity } from '../render/activity.ts'
import { renderWarning } from '../render/error.ts'
import { renderRestore } from '../render/restore.ts'
import { usageError, warnOfPassword } from '../usage.ts'

export interface RestoreCommandOptions extends PlaceOptions, KeyOptions {
  to: string
  createDatabase?: true | undefined
  allowNonEmpty?: true | undefined
  table?: string[] | undefined
  schemaOnly?: true | undefined
  dataOnly?: true | undefined
  ownership?: true | undefined
  jobs: number
  stream?: true | undefined
  dryRun?: true | undefined
}

export async function restore(
  wanted: string,
  options: RestoreCommandOptions,
  context: Context,
): Promise<number> {
  const { screen, stdout, environment, json, quiet, signal, now } = context
  warnOfPassword(options.to, 'PGPASSWORD or ~/.pgpass', context)
  if (options.to.trim() === '') throw usageError('--to is empty', 'It says which database to restore into.')
  const target = postgresTarget(options.to, { environment })
  const { backup, place } = await findOne(wanted, options, context)
  const decryption = await openDecryption(place.job, options, context)
  let begun = false
  const restoring = restoreBackup(backup, target, {
    storages: place.job.storages,
    decryption,
    tables: options.table ?? [],
    part: options.schemaOnly === true ? 'schema' : options.dataOnly === true ? 'data' : 'all',
    jobs: options.jobs,
    ownership: options.ownership === true,
    stream: options.stream === true,
    createDatabase: options.createDatabase === true,
    allowNonEmpty: options.allowNonEmpty === true,
    dryRun: options.dryRun === true,
    onProgress: (progress) => {
      begun ||= progress.step !== 'read'
      screen.show(activityOf(progress))
    },
    now,
    signal,
  })
  const report = await restoring.catch((error: unknown) => {
    screen.rest()
    // A stream is one transaction, which is taken back whole.
    if (signal.aborted && begun && options.stream !== true) {
      screen.say(
        renderWarning(`${target.description} may hold a part of the backup: do not use it`, screen.look()),
      )
    }
    throw error
  })
  screen.rest()
  if (json) stdout.write(`${JSON.stringify(report)}\n`)
  if (report.error !== undefined || (!json && !quiet)) screen.say(renderRestore(report, screen.look()))
  return report.error === undefined ? 0 : exitCodeOf(report.error.code)
}

function activityOf({ step, fraction, table }: RestoreProgress): Activity {
  return { title: step, fraction, detail: table }
}
