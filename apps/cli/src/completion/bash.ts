import type { CompletedCommand } from './model.ts'

/** Completion for bash: commands, options and their choices; files where a value is wanted. Nothing typed is evaluated. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const options = commands.map(
    ({ name, argumentChoices, options: own }) =>
      `    ${name}) words='${argumentChoices.length > 0 ? argumentChoices.join(' ') : [...own.map(({ flag }) => flag), '--help'].join(' ')}' ;;`,
  )
  const choices = commands.flatMap(({ name, options: own }) =>
    own.flatMap(({ flag, choices: allowed }) =>
      allowed.length === 0 ? [] : [`    '${name} ${flag}') words='${allowed.join(' ')}' ;;`],
    ),
  )
  const values = [
    ...new Set(
      commands.flatMap(({ options: own }) =>
        own.filter(({ takesValue }) => takesValue).map(({ flag }) => flag),
      ),
    ),
  ]
  return `# holdfast completion for bash. In ~/.bashrc: eval "$(holdfast completion bash)"
_holdfast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command='' words='' index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    if [[ \${COMP_WORDS[index]} != -* ]]; then command="\${COMP_WORDS[index]}"; break; fi
  done
  case "$command $previous" in
${choices.join('\n')}
    *' '${values.join("|*' '")}) return ;;
  esac
  if [[ -z $words ]]; then case "$command" in
    '') words='${names} --help --version' ;;
${options.join('\n')}
  esac; fi
  if [[ -z $command || $current == -* || $words != *--* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  fi
}
complete -o default -F _holdfast holdfast
`
}
