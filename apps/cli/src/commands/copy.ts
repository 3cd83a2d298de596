import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import {
  configOption,
  examples,
  fromOption,
  identityOption,
  jsonOption,
  quietOption,
  verifyKeyOption,
} from './options.ts'

const help = `
The copy is the same to the last byte, with the same marks. Every object is
checked while it is read; the manifest is written last, and nothing that is
there is replaced, so a copy that failed goes on where it ended. Then the copy
is verified where it lies; an encrypted one without its key as it is stored.
${examples([
  ['holdfast copy latest --to offsite', 'to a storage of the job'],
  ['holdfast copy shop@latest --to /mnt/usb', 'to any other place'],
  ['holdfast copy 4f1c --from /mnt/usb --to s3://backups', 'without a configuration'],
])}`

export function addCopy(program: Command): void {
  program
    .command('copy')
    .helpGroup('Back up:')
    .summary('bring a backup to one more storage')
    .description('Brings a backup to one more storage, from its best copy, and verifies the new one.')
    .argument('<backup>', 'id, name, latest or job@latest')
    .requiredOption(
      '--to <place>',
      'where to copy it: a storage of the configuration by its name, a directory, s3://… or gs://…',
    )
    .option('--full', 'read every byte of the new copy, whatever the configuration says')
    .addOption(identityOption())
    .addOption(fromOption())
    .addOption(verifyKeyOption())
    .addOption(configOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((backup, options) =>
      perform('copy', options, async (context) =>
        (await import('../actions/copy.ts')).copy(backup, options, context),
      ),
    )
}
