import { Argument, type Command } from '@commander-js/extra-typings'
import { perform } from '../perform.ts'
import { examples } from './options.ts'

const help = examples([
  ['eval "$(holdfast completion bash)"', 'in ~/.bashrc'],
  ['eval "$(holdfast completion zsh)"', 'in ~/.zshrc, after compinit'],
  ['holdfast completion fish | source', 'in config.fish'],
])

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .helpGroup('Help:')
    .summary('completion for your shell')
    .description('Prints what makes a shell complete commands and options.')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish'] as const))
    .addHelpText('after', help)
    .action((shell) =>
      perform('completion', {}, async (context) =>
        (await import('../actions/completion.ts')).completion(shell, program as unknown as Program, context),
      ),
    )
}

type Program = Parameters<typeof import('../actions/completion.ts').completion>[1]
