import type { Command } from 'commander'

/** What a shell needs to know of a command. */
export interface CompletedCommand {
  name: string
  summary: string
  /** The values of its argument, where only some are allowed. */
  argumentChoices: readonly string[]
  options: CompletedOption[]
}

export interface CompletedOption {
  /** `--json`; short forms are not worth completing. */
  flag: string
  description: string
  takesValue: boolean
  /** The values that there are, where only some are allowed. */
  choices: readonly string[]
}

/** Everything that can be completed, read off the program itself so that it can not go stale. */
export function completionModel(program: Command): CompletedCommand[] {
  const names = program.commands.map((command) => command.name())
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    argumentChoices: command.name() === 'help' ? names : (command.registeredArguments[0]?.argChoices ?? []),
    options: command.options.flatMap(({ long, description, required, optional, argChoices, hidden }) =>
      hidden || long === undefined || long === null
        ? []
        : [{ flag: long, description, takesValue: required || optional, choices: argChoices ?? [] }],
    ),
  }))
}
