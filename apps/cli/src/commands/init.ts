import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { quietOption } from './options.ts'

const help = `
Reads DATABASE_URL, S3_BACKUP_BUCKET, BACKUP_RETENTION_DAYS, NOTIFICATION_EMAIL
and SMTP_URL where they are set. Secrets stay in the environment: the file
refers to them by name.`

export function addInit(program: Command): void {
  program
    .command('init')
    .helpGroup('Set up:')
    .summary('write a commented configuration')
    .description('Writes holdfast.config.yaml into this directory, with a comment for every choice.')
    .option('--force', 'replace a configuration that is there')
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((options) =>
      perform('init', options, async (context) =>
        (await import('../actions/init.ts')).init(options, context),
      ),
    )
}
