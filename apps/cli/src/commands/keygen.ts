import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { examples, jsonOption, quietOption } from './options.ts'

const help = `
The identity reads backups, so it must not stay on a machine that makes them:
that one needs only the recipient, which can encrypt and never read. Without the
identity no backup can be read, by anybody: keep it in two places.
${examples([
  ['holdfast keygen', 'holdfast-identity.txt, to encrypt'],
  ['holdfast keygen /media/usb/shop.txt', 'the same in another place'],
  ['holdfast keygen --signing', 'holdfast-signing.pem, to sign'],
])}`

export function addKeygen(program: Command): void {
  program
    .command('keygen')
    .helpGroup('Set up:')
    .summary('make a key to encrypt or to sign with')
    .description('Makes a key to encrypt backups with, or one to sign them with.')
    .argument('[file]', 'where to write the private key; it must not be there yet')
    .option('--signing', 'an Ed25519 pair that signs manifests, in place of an age identity')
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((file, options) =>
      perform('keygen', options, async (context) =>
        (await import('../actions/keygen.ts')).keygen(file, options, context),
      ),
    )
}
