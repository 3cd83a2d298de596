import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import {
  configOption,
  examples,
  fromOption,
  quietOption,
  verifyKeyOption,
  identityOption,
} from './options.ts'

const help = `
The length and the sha256 are checked on the way; a damaged object leaves no
file behind.
${examples([
  ['holdfast get latest', 'as it is stored'],
  ['holdfast get latest --decode --output shop.dump', 'what pg_restore reads'],
  ['holdfast get latest --decode --output - | pg_restore -l', 'without a file'],
  ['holdfast get latest --globals --decode', 'the roles, as SQL'],
])}`

export function addGet(program: Command): void {
  program
    .command('get')
    .helpGroup('Look:')
    .summary('download a backup')
    .description('Downloads a backup as it is stored, or decoded.')
    .argument('<backup>', 'id, name, latest or job@latest')
    .option('--output <path>', 'file or directory to write to, - for stdout; this directory unless set')
    .option('--decode', 'write what pg_restore or psql reads')
    .option('--globals', 'the roles that are kept beside a full dump, instead of the dump')
    .option('--force', 'replace a file that is there')
    .addOption(identityOption())
    .addOption(fromOption())
    .addOption(verifyKeyOption())
    .addOption(configOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((backup, options) =>
      perform('get', options, async (context) =>
        (await import('../actions/get.ts')).get(backup, options, context),
      ),
    )
}
