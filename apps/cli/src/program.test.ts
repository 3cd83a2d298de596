import { describe, expect, it } from 'vitest'
import { createProgram } from './program.ts'
import { widthOf } from './render/text.ts'

function helpOf(name?: string): string {
  const program = createProgram('1.2.3')
  const command = name === undefined ? program : program.commands.find((one) => one.name() === name)
  let text = ''
  command?.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  })
  command?.outputHelp()
  return text
}

const names = createProgram('1.2.3').commands.map((command) => command.name())

describe('help', () => {
  it('names every command, the environment and the exit codes', () => {
    const help = helpOf()
    for (const name of names) expect(help).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
    for (const word of ['DATABASE_URL', 'HOLDFAST_CONFIG', 'NO_COLOR', 'Examples:', 'Exit codes:', '143']) {
      expect(help).toContain(word)
    }
  })

  it.each([undefined, ...names])('of %s fits 80 columns', (name) => {
    const tooWide = helpOf(name)
      .split('\n')
      .filter((line) => widthOf(line) > 80)
    expect(tooWide).toEqual([])
  })

  it.each(names.filter((name) => name !== 'help'))('of %s says what it does in a whole sentence', (name) => {
    expect(helpOf(name).replaceAll('\n', ' ')).toMatch(/ {2}[A-Z][^.]+\./)
  })
})

describe('the command line', () => {
  const refusal = async (...argv: string[]) => {
    const program = createProgram('1.2.3')
    return program.parseAsync(argv, { from: 'user' }).then(
      () => 'accepted',
      (error: unknown) => String(error),
    )
  }

  it.each([
    [['bakcup'], 'Did you mean backup?'],
    [['help', 'doctr'], 'Did you mean doctor?'],
    [['list', '--jason'], 'Did you mean --json?'],
    [['prune', '--weakly', '3'], 'Did you mean --weekly?'],
    [['prune', '--days', '0'], 'whole number, 1 or more'],
    [['prune', '--days', '1e3'], 'whole number, 1 or more'],
    [['restore', 'latest', '--to', 'x', '--jobs', 'two'], 'whole number, 1 or more'],
    [['backup', '--format', 'tar'], 'Allowed choices are custom, plain'],
    [['backup', '--schema-only', '--table', 'x'], 'cannot be used with'],
    [['show'], "missing required argument 'backup'"],
    [['show', 'a', 'b'], 'too many arguments'],
  ])('refuses %j with %s', async (argv, words) => expect(await refusal(...argv)).toContain(words))
})
