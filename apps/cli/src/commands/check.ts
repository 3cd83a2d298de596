import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, examples, jsonOption, metricsFileOption, quietOption } from './options.ts'

const help = `
A job says with expectEvery how old its newest good backup may get. Where it is
older, the notifiers are told backup.missed. Nothing is asked of the database,
so any machine that reads the storages can look, also when the one that makes
the backups is down. Run it from a scheduler of its own.
${examples([
  ['holdfast check', 'every job'],
  ['holdfast check shop --quiet', 'one job; says only what is missed'],
])}`

export function addCheck(program: Command): void {
  program
    .command('check')
    .helpGroup('Look:')
    .summary('whether every job has a recent backup')
    .description('Looks whether every job has a good backup that is as young as its expectEvery says.')
    .argument('[job...]', 'jobs of the configuration; all of them unless some are named')
    .addOption(configOption())
    .addOption(metricsFileOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText('after', help)
    .action((jobs, options) =>
      perform('check', options, async (context) =>
        (await import('../actions/check.ts')).check(jobs, options, context),
      ),
    )
}
