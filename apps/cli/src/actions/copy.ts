import {
  copyBackup,
  implicitConfig,
  storageFromUrl,
  type CopyProgress,
  type JobStorage,
} from '@holdfast/core'
import { exitCodeOf } from '@holdfast/plugin'
import type { Context } from '../context.ts'
import { openDecryption, type KeyOptions } from '../keys.ts'
import { findOne, openJob, type Place, type PlaceOptions } from '../places.ts'
import type { Activity } from '../render/activity.ts'
import { renderCopy } from '../render/copy.ts'
import { usageError } from '../usage.ts'

export interface CopyCommandOptions extends PlaceOptions, KeyOptions {
  to: string
  full?: true | undefined
}

export async function copy(wanted: string, options: CopyCommandOptions, context: Context): Promise<number> {
  const { screen, stdout, json, quiet, signal, now } = context
  const { backup, place } = await findOne(wanted, options, context)
  const to = await openTarget(options.to, place, context)
  const report = await copyBackup(backup, to, {
    storages: place.job.storages,
    verifiers: place.job.verifiers,
    decryption: await openDecryption(place.job, options, context),
    readFull: options.full === true,
    report: (error) => place.job.redactor.error(error),
    onProgress: (progress) => screen.show(activityOf(progress)),
    now,
    signal,
  })
  screen.rest()
  if (json) stdout.write(`${JSON.stringify(report)}\n`)
  if (report.error !== undefined || (!json && !quiet)) screen.say(renderCopy(report, screen.look()))
  return report.error === undefined ? 0 : exitCodeOf(report.error.code)
}

/** A storage of the job by its name, or else any place, which goes by what was typed. */
async function openTarget(to: string, { job, configured }: Place, context: Context): Promise<JobStorage> {
  const known = configured ? job.storages.find(({ name }) => name === to) : undefined
  if (known !== undefined) return known
  const { directory, environment } = context
  const names = job.storages.map(({ name }) => name).join(', ')
  // A name that was mistyped must not become a new directory.
  if (/^[\w-]+$/.test(to)) {
    throw usageError(
      configured
        ? `the job ${job.name} has no storage ${to}`
        : `there is no configuration that names a storage ${to}`,
      `${configured ? `It has ${names}. ` : ''}For a directory of this name: --to ./${to}.`,
    )
  }
  const config = implicitConfig(
    { name: 'any', storage: { ...storageFromUrl(to, directory), name: to } },
    { baseDirectory: directory, environment },
  )
  const { storages } = await openJob(config, 'any', context)
  return storages[0]
}

function activityOf({ step, fraction, bytes, detail }: CopyProgress): Activity {
  return { title: step, fraction, bytes, detail }
}
