import { Option, type Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import {
  collect,
  configOption,
  examples,
  fromOption,
  jsonOption,
  quietOption,
  wholeNumber,
  verifyKeyOption,
  identityOption,
} from './options.ts'

const help = `
The digest is checked before the target is touched. Any error of pg_restore is a
failure. At the end the rows of every table are counted and compared with the
source as it was.
${examples([
  ['holdfast restore latest --to "$URL"', 'into an empty database'],
  ['holdfast restore latest --to "$URL" --create-database', 'make it first'],
  ['holdfast restore shop@latest --to "$URL" --jobs 8', 'eight connections'],
  ['holdfast restore 4f1c --to "$URL" --table orders', 'one table'],
])}`

export function addRestore(program: Command): void {
  program
    .command('restore')
    .helpGroup('Prove and restore:')
    .summary('bring a backup back and count its rows')
    .description('Restores a backup into a database and compares the row counts with the source.')
    .argument('<backup>', 'id, name, latest or job@latest')
    .requiredOption('--to <url>', 'database to restore into; a password is safer in PGPASSWORD or ~/.pgpass')
    .option('--create-database', 'make the database first')
    .option('--allow-non-empty', 'restore although the database already holds tables')
    .option('--table <name>', 'only this table; repeat it for more', collect)
    .addOption(new Option('--schema-only', 'definitions without rows').conflicts('dataOnly'))
    .option('--data-only', 'rows without definitions')
    .option('--ownership', 'restore the owners and grants that the backup holds')
    .option('--jobs <number>', 'connections that restore at the same time', wholeNumber(1), 4)
    .addOption(new Option('--stream', 'without local disk, in one transaction with one connection'))
    .option('--dry-run', 'read the whole backup and check its digest, but leave the target alone')
    .addOption(identityOption())
    .addOption(fromOption())
    .addOption(verifyKeyOption())
    .addOption(configOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((backup, options) =>
      perform('restore', options, async (context) =>
        (await import('../actions/restore.ts')).restore(backup, options, context),
      ),
    )
}
