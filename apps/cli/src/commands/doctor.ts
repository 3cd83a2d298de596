import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, examples, jsonOption } from './options.ts'

const help = `
Writes, reads, lists and deletes a small object in every storage for real.
With --storage, one storage is held to everything that Holdfast relies on, below
a scratch prefix that is removed again. Half a gigabyte goes up, a quarter comes
down.
${examples([
  ['holdfast doctor', 'every job, or $DATABASE_URL and ./backups'],
  ['holdfast doctor --to /mnt/backups', 'another directory'],
  ['holdfast doctor shop --storage s3', 'everything that is to know of one storage'],
])}`

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .helpGroup('Set up:')
    .summary('check everything that a backup needs')
    .description('Checks everything that a backup needs, one line each, with what to do about what fails.')
    .argument('[job]', 'only for this job')
    .option('--database <url>', 'database to check; no configuration is read')
    .option('--to <place>', 'storage to check: a directory, s3://… or gs://…; no configuration is read')
    .option('--storage <name>', 'hold only this storage to everything that a storage has to do')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((job, { storage, ...options }) =>
      perform('doctor', options, async (context) =>
        storage === undefined
          ? (await import('../actions/doctor.ts')).doctor(job, options, context)
          : (await import('../actions/doctor-storage.ts')).doctorStorage(
              job,
              { ...options, storage },
              context,
            ),
      ),
    )
}
