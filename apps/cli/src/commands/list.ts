import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, examples, fromOption, jsonOption, verifyKeyOption } from './options.ts'

const help = examples([
  ['holdfast list', 'of every job, or in ./backups'],
  ['holdfast list shop', 'of one job'],
  ['holdfast list --from s3://backups/shop', 'without a configuration'],
])

export function addList(program: Command): void {
  program
    .command('list')
    .helpGroup('Look:')
    .summary('the backups that there are')
    .description('Lists the backups that there are, newest first, and how well each is known to be good.')
    .argument('[job]', 'only of this job')
    .addOption(fromOption())
    .addOption(verifyKeyOption())
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((job, options) =>
      perform('list', options, async (context) =>
        (await import('../actions/list.ts')).list(job, options, context),
      ),
    )
}
