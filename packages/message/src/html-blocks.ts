import { sizeBars } from './html-bars.ts'
import { markup, type Html } from './html.ts'
import { paint } from './html-look.ts'
import type { Command, Fact, Line, Message, Problem, Section, SizeHistory, Tone } from './message.ts'

/** What stands in the card of a mail, from top to bottom. */
export function blocks(message: Message): Html[] {
  const { problem, facts, sections, sizes, warnings, commands, test, tone } = message
  return [
    headline(message),
    ...(test ? [testNote] : []),
    ...(problem === undefined ? [] : [problemBlock(problem, tone)]),
    factTable(facts),
    ...sections.map(sectionBlock),
    ...(sizes === undefined ? [] : [sizeBlock(sizes, tone)]),
    ...(warnings.length === 0 ? [] : [warningBlock(warnings)]),
    ...commands.map(commandBlock),
    footer(message),
  ]
}

/** Long paths and names break anywhere rather than make the message wider than a phone. */
const breaking = 'word-break:break-word;overflow-wrap:anywhere'

const signs: Readonly<Record<Tone, string>> = { good: '✓', warning: '!', bad: '✗', neutral: '–' }

function headline({ job, state, tone, sentence, at }: Message): Html {
  return markup`<p ${paint({ ink: 'quiet', font: 'small', more: `margin:0;${breaking}` })}>${job}</p>
<h1 ${paint({ ink: tone, font: 'title', more: 'margin:2px 0 8px' })}>${signs[tone]} ${capital(state)}</h1>
<p ${paint({ ink: 'text', font: 'body', more: `margin:0;${breaking}` })}>${sentence}</p>
<p ${paint({ ink: 'quiet', font: 'small', more: 'margin:4px 0 0' })}>${at}</p>
`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const testNote = markup`<p ${paint({ ground: 'sunken', ink: 'text', font: 'small', more: 'margin:16px 0 0;padding:10px 12px' })}>This is a test: it shows that messages arrive, and nothing has happened.</p>
`

function heading(text: string): Html {
  return markup`<h2 ${paint({ ink: 'text', font: 'body', more: 'margin:24px 0 6px;font-weight:700' })}>${text}</h2>
`
}

function problemBlock({ where, message, hint, code }: Problem, tone: Tone): Html {
  const box = paint({
    ground: 'sunken',
    border: { side: 'left', widthPixels: 4, of: tone },
    more: 'padding:12px 14px',
  })
  const asWritten = `white-space:pre-wrap;${breaking}`
  const advice =
    hint === undefined
      ? []
      : [
          markup`<p ${paint({ ink: 'text', font: 'small', more: `margin:10px 0 0;${asWritten}` })}><strong>What to do:</strong> ${hint}</p>
`,
        ]
  return markup`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 0">
<tr><td ${box}>
<p ${paint({ ink: 'text', font: 'small', more: 'margin:0 0 6px;font-weight:700' })}>What went wrong${where === undefined ? '' : ` (${where})`}</p>
<div ${paint({ ink: 'text', font: 'code', more: asWritten })}>${message}</div>
<p ${paint({ ink: 'quiet', font: 'tiny', more: `margin:6px 0 0;${breaking}` })}>${code}</p>
${advice}</td></tr>
</table>
`
}

function factTable(facts: readonly Fact[]): Html {
  return markup`<table width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:20px 0 0;border-collapse:collapse">
${facts.map(factRow)}</table>
`
}

function factRow({ term, text, tone }: Fact): Html {
  const border = { side: 'top', widthPixels: 1, of: 'line' } as const
  const left = paint({
    ink: 'quiet',
    border,
    font: 'small',
    more: 'width:104px;padding:7px 8px 7px 0;font-weight:400;text-align:left',
  })
  const right = paint({
    ink: tone ?? 'text',
    border,
    font: 'small',
    more: `padding:7px 0;${tone === undefined ? '' : 'font-weight:600;'}${breaking}`,
  })
  return markup`<tr>
<th scope="row" align="left" valign="top" width="104" ${left}>${term}</th>
<td valign="top" ${right}>${text}</td>
</tr>
`
}

function sectionBlock({ title, lines }: Section): Html {
  return markup`${heading(title)}<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
${lines.map(lineRow)}</table>
`
}

function lineRow({ name, tone, state, text }: Line): Html {
  const sign = paint({ ink: tone, font: 'small', more: 'width:20px;padding:4px 0;font-weight:700' })
  const more = text === '' ? [] : [markup`<br><span ${paint({ ink: 'quiet' })}>${text}</span>`]
  return markup`<tr>
<td valign="top" width="20" ${sign}>${signs[tone]}</td>
<td valign="top" ${paint({ ink: 'text', font: 'small', more: `padding:4px 0;${breaking}` })}><strong>${name}</strong> ${state}${more}</td>
</tr>
`
}

function sizeBlock(sizes: SizeHistory, tone: Tone): Html {
  return markup`${heading('Size history')}${sizeBars(sizes, tone)}
`
}

function warningBlock(warnings: readonly string[]): Html {
  const lines = warnings.map((text): Line => ({ name: '', tone: 'warning', state: text, text: '' }))
  return sectionBlock({ title: 'Warnings', lines })
}

function commandBlock({ purpose, command }: Command): Html {
  const box = paint({
    ground: 'sunken',
    ink: 'text',
    font: 'code',
    more: `padding:10px 12px;white-space:pre-wrap;${breaking}`,
  })
  return markup`${heading(purpose)}<div ${box}>${command.split(/(?= )/).map(unbroken)}</div>
`
}

/** A flag stays in one piece, which a browser would break after its hyphens. */
function unbroken(word: string): Html {
  return /^ ?--?\w[\w-]{0,24}$/.test(word)
    ? markup`${word.startsWith(' ') ? ' ' : ''}<span style="white-space:nowrap">${word.trimStart()}</span>`
    : markup`${word}`
}

function footer({ reference }: Message): Html {
  const line = paint({
    ink: 'quiet',
    border: { side: 'top', widthPixels: 1, of: 'line' },
    font: 'tiny',
    more: `margin:24px 0 0;padding:12px 0 0;${breaking}`,
  })
  return markup`<p ${line}>Holdfast · ${reference.event} · ${reference.id}</p>`
}
