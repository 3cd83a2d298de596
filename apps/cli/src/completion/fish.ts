import type { CompletedCommand, CompletedOption } from './model.ts'

/** Completion for fish: commands, options with what they mean, and their choices; files where a value is wanted. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, argumentChoices, options }) => [
    `complete -c holdfast -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
    ...(argumentChoices.length === 0
      ? []
      : [
          `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' -f -a ${quote(argumentChoices.join(' '))}`,
        ]),
    ...options.map(
      (option) => `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' ${describe(option)}`,
    ),
  ])
  return `# holdfast completion for fish. Once: holdfast completion fish > ~/.config/fish/completions/holdfast.fish
${lines.join('\n')}
`
}

function describe({ flag, description, takesValue, choices }: CompletedOption): string {
  const value = choices.length > 0 ? ` -x -a ${quote(choices.join(' '))}` : takesValue ? ' -r' : ''
  return `-l ${flag.slice(2)}${value} -d ${quote(description)}`
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`
}
