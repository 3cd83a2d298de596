import type { Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, jsonOption } from './options.ts'

export function addPlugins(program: Command): void {
  program
    .command('plugins')
    .helpGroup('Set up:')
    .summary('the plugins that can be used')
    .description('Lists the plugins that come with Holdfast and those that the configuration uses.')
    .addOption(configOption())
    .addOption(jsonOption())
    .action((options) =>
      perform('plugins', options, async (context) =>
        (await import('../actions/plugins.ts')).plugins(options, context),
      ),
    )
}
