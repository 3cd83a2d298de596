import { Option, type Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { collect, configOption, examples, jsonOption, metricsFileOption, quietOption } from './options.ts'

const help = `
With --database or --to no configuration is read: the database comes from
--database, DATABASE_URL or the PG* variables, the backup goes to --to or
./backups, and the job is named after the database.
${examples([
  ['holdfast backup', 'every job, or $DATABASE_URL'],
  ['holdfast backup shop --label pre-deploy', 'one job, with a label'],
  ['holdfast backup --to s3://backups/shop', 'into a bucket'],
  ['holdfast backup --recipient age1…', 'encrypted, see holdfast keygen'],
  ['holdfast backup --schema-only', 'definitions without rows'],
  ['holdfast backup --table public.orders', 'one table'],
  ['holdfast backup --json | jq .status', 'for programs'],
])}`

export function addBackup(program: Command): void {
  program
    .command('backup')
    .helpGroup('Back up:')
    .summary('dump, compress, store, re-read and check')
    .description('Makes a backup of each job: dumps, compresses and stores it, reads it back and checks it.')
    .argument('[job...]', 'jobs of the configuration; all of them unless some are named')
    .option('--database <url>', 'database to back up; a password is safer in DATABASE_URL or ~/.pgpass')
    .option('--to <place>', 'where to store it: a directory, s3://… or gs://…')
    .addOption(
      new Option('--schema-only', 'definitions without rows').conflicts([
        'dataOnly',
        'table',
        'excludeTable',
      ]),
    )
    .addOption(new Option('--data-only', 'rows without definitions').conflicts(['table', 'excludeTable']))
    .option('--table <pattern>', 'only tables like this psql pattern; repeat it for more', collect)
    .option('--exclude-table <pattern>', 'no tables like this psql pattern; repeat it for more', collect)
    .option('--recipient <age1…>', 'encrypt to this age recipient; repeat it for more', collect)
    .option('--label <label>', 'retention label, such as pre-deploy')
    .addOption(new Option('--format <format>', 'of the dump').choices(['custom', 'plain'] as const))
    .option('--require-notifications', 'exit with 6 where a notification could not be sent')
    .option('--dry-run', 'check everything and take the snapshot, but dump nothing')
    .addOption(configOption())
    .addOption(metricsFileOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((jobs, options) =>
      perform('backup', options, async (context) =>
        (await import('../actions/backup.ts')).backup(jobs, options, context),
      ),
    )
}
