import { Option, type Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import {
  configOption,
  examples,
  fromOption,
  jsonOption,
  metricsFileOption,
  quietOption,
  wholeNumber,
  verifyKeyOption,
} from './options.ts'

const help = `
A backup stays if any rule keeps it. Whatever the rules say, the newest verified
backup and every protected one stay, and nothing goes while the newest backup is
failed or suspect. The configuration says what to keep; the rules above are for
--from, where there is none.
${examples([
  ['holdfast prune --plan', 'what would go, and why'],
  ['holdfast prune', 'lets it go'],
  ['holdfast prune --from ./backups --days 90', 'without a configuration'],
])}`

const rule = (flags: string, description: string) =>
  new Option(flags, description).argParser(wholeNumber(1)).helpGroup('Rules:')

export function addPrune(program: Command): void {
  program
    .command('prune')
    .helpGroup('Keep and delete:')
    .summary('delete what the retention no longer keeps')
    .description(
      'Deletes the backups that the retention no longer keeps, and what runs that died left behind.',
    )
    .argument('[job]', 'only of this job')
    .option('--plan', 'show every backup with its reason, and delete nothing')
    .addOption(fromOption())
    .addOption(verifyKeyOption())
    .addOption(configOption())
    .addOption(metricsFileOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addOption(rule('--days <number>', 'keep those younger than this many days'))
    .addOption(rule('--last <number>', 'keep this many of the newest'))
    .addOption(rule('--daily <number>', 'keep the newest of each day, for this many days'))
    .addOption(rule('--weekly <number>', 'keep the newest of each week, for this many weeks'))
    .addOption(rule('--monthly <number>', 'keep the newest of each month, for this many months'))
    .addOption(rule('--yearly <number>', 'keep the newest of each year, for this many years'))
    .addOption(rule('--min-keep <number>', 'always keep this many good ones, however old; 1 unless set'))
    .addHelpText('after', help)
    .action((job, options) =>
      perform('prune', options, async (context) =>
        (await import('../actions/prune.ts')).prune(job, options, context),
      ),
    )
}
