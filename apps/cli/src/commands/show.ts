import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, examples, fromOption, jsonOption, verifyKeyOption } from './options.ts'

const help = examples([
  ['holdfast show latest', 'the newest backup'],
  ['holdfast show shop@latest', 'the newest one of a job'],
  ['holdfast show 4f1c --from ./backups', 'by the start of its id'],
])

export function addShow(program: Command): void {
  program
    .command('show')
    .helpGroup('Look:')
    .summary('everything about one backup')
    .description(
      'Shows everything about one backup: what it holds, where it is, what the verifiers said, how to restore it.',
    )
    .argument('<backup>', 'id, name, latest or job@latest')
    .addOption(fromOption())
    .addOption(verifyKeyOption())
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((backup, options) =>
      perform('show', options, async (context) =>
        (await import('../actions/show.ts')).show(backup, options, context),
      ),
    )
}
