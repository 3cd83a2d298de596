import { Option, type Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import {
  configOption,
  examples,
  fromOption,
  jsonOption,
  metricsFileOption,
  quietOption,
  verifyKeyOption,
  identityOption,
} from './options.ts'

const help = `
Every storage that has the backup is asked, and the verdicts are kept beside it.
Every byte is read again, unless the configuration lets a verifier trust the
storage's own checksum. Without its key an encrypted backup is checked as it is
stored, and what that can not find out is listed as skipped.
${examples([
  ['holdfast verify latest', 'the newest backup'],
  ['holdfast verify latest --full', 'every byte, whatever is configured'],
  ['holdfast verify shop@latest --json', 'of one job, for programs'],
  ['holdfast verify latest --level archive', 'whole or not, nothing else'],
  ['holdfast verify latest --identity key.txt', 'an encrypted one'],
])}`

export function addVerify(program: Command): void {
  program
    .command('verify')
    .helpGroup('Prove and restore:')
    .summary('read a backup again and check it')
    .description('Reads a stored backup again and checks it with every verifier.')
    .argument('<backup>', 'id, name, latest or job@latest')
    .option('--full', 'read every byte, whatever the configuration says')
    .addOption(
      new Option('--level <level>', 'only what finds this out').choices([
        'archive',
        'plausible',
        'restored',
      ] as const),
    )
    .addOption(identityOption())
    .addOption(fromOption())
    .addOption(verifyKeyOption())
    .addOption(configOption())
    .addOption(metricsFileOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((backup, options) =>
      perform('verify', options, async (context) =>
        (await import('../actions/verify.ts')).verify(backup, options, context),
      ),
    )
}
