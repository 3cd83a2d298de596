import type { Fact, Line, Message, Problem, SizeHistory } from './message.ts'

/** A message as plain text, for a mail or a log. Lines are not wrapped: whatever shows them does it better. */
export function mailText(message: Message): string {
  const { subject, sentence, test, problem, facts, sections, sizes, warnings, commands, at, reference } =
    message
  const blocks = [
    `${subject}\n${sentence}`,
    test ? 'This is a test: it shows that messages arrive, and nothing has happened.' : '',
    problem === undefined ? '' : problemText(problem),
    facts.map(factText).join('\n'),
    ...sections.map(({ title, lines }) => `${title}\n${lines.map(lineText).join('\n')}`),
    sizes === undefined ? '' : sizesText(sizes),
    warnings.length === 0 ? '' : `Warnings\n${warnings.map((warning) => `  ! ${warning}`).join('\n')}`,
    ...commands.map(({ purpose, command }) => `${purpose}:\n  ${command}`),
    `-- \nHoldfast, ${at}, ${reference.event}, ${reference.id}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

// Indented, so that nothing in an error can pass for a line of our own.
function problemText({ where, message, hint, code }: Problem): string {
  const heading = where === undefined ? 'What went wrong' : `What went wrong (${where})`
  return [
    heading,
    indented(message),
    `  (${code}, see docs/errors.md)`,
    ...(hint === undefined ? [] : ['What to do', indented(hint)]),
  ].join('\n')
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

function factText({ term, text }: Fact): string {
  return `${term}: ${text}`
}

const signs: Readonly<Record<Line['tone'], string>> = { good: '✓', warning: '!', bad: '✗', neutral: '–' }

function lineText({ name, tone, state, text }: Line): string {
  const said = [state, text].filter((part) => part !== '').join(': ')
  return `  ${signs[tone]} ${[name, said].filter((part) => part !== '').join(' ')}`
}

const blocks = '▁▂▃▄▅▆▇█'

function sizesText({ bars, summary }: SizeHistory): string {
  const picture = bars.map(({ share }) => blocks[Math.ceil(share * blocks.length) - 1]).join('')
  return `Size history\n  ${picture}\n  ${summary}`
}
