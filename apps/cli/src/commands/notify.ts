import { Argument, type Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { configOption, examples, jsonOption } from './options.ts'

const help = examples([
  ['holdfast notify test', 'every notifier of every job'],
  ['holdfast notify test shop', 'those of one job'],
])

export function addNotify(program: Command): void {
  program
    .command('notify')
    .helpGroup('Set up:')
    .summary('send a test message through every notifier')
    .description(
      'Sends a message that is marked as a test through every notifier, and shows what each answered.',
    )
    .addArgument(new Argument('<what>', 'what to send').choices(['test'] as const))
    .argument('[job]', 'only through those of this job')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((_what, job, options) =>
      perform('notify', options, async (context) =>
        (await import('../actions/notify-test.ts')).notifyTest(job, options, context),
      ),
    )
}
