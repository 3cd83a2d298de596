import type { CompletedCommand, CompletedOption } from './model.ts'

/** Completion for zsh: commands, options with what they mean, and their choices; files where a value is wanted. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  const described = commands.map(
    ({ name, summary }) => `    ${quote(`${name}:${summary.replaceAll(':', '\\:')}`)}`,
  )
  const cases = commands.map(
    ({ name, argumentChoices, options }) =>
      `    ${name}) _arguments ${[
        ...options.map(argument),
        quote('--help[print help]'),
        quote(`*:argument:${argumentChoices.length > 0 ? `(${argumentChoices.join(' ')})` : '_files'}`),
      ].join(' ')} ;;`,
  )
  return `#compdef holdfast
# holdfast completion for zsh. In ~/.zshrc, after compinit: eval "$(holdfast completion zsh)"
_holdfast() {
  local -a commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _holdfast holdfast
`
}

function argument({ flag, description, takesValue, choices }: CompletedOption): string {
  const text = description.replace(/[[\]:\\]/g, '\\$&')
  if (!takesValue) return quote(`${flag}[${text}]`)
  return quote(`*${flag}[${text}]:value:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}`)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
