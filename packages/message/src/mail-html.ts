import { sizeBars } from './html-bars.ts'
import { html, type Html } from './html.ts'
import { darkRules, paint } from './html-look.ts'
import type { Command, Fact, Line, Message, Problem, Section, SizeHistory, Tone } from './message.ts'

const none: Html = html``

/**
 * A message as one HTML document for mail clients: tables for layout, styles inline, dark where the reader's system
 * is, nothing to fetch, and no script. Everything in it is escaped.
 */
export function mailHtml(message: Message): string {
  const { subject, sentence, tone } = message
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no" />
        <title>${subject}</title>
        <style>
          :root { color-scheme: light dark; supported-color-schemes: light dark; }
          @media (prefers-color-scheme: dark) {
          ${{ html: darkRules }}
          }
        </style>
      </head>
      <body ${paint({ ground: 'page', more: 'margin:0;padding:0;-webkit-text-size-adjust:100%' })}>
        <div style="display:none;max-height:0;overflow:hidden">${sentence}</div>
        <table
          role="presentation"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          ${paint({ ground: 'page' })}
        >
          <tr>
            <td align="center" style="padding:16px 8px">
              <table
                role="presentation"
                width="600"
                cellpadding="0"
                cellspacing="0"
                border="0"
                ${paint({ ground: 'card', more: 'width:100%;max-width:600px;border-radius:8px;overflow:hidden' })}
              >
                <tr>
                  <td height="6" ${paint({ ground: tone, more: 'height:6px;font-size:0;line-height:0' })}>
                    &nbsp;
                  </td>
                </tr>
                <tr>
                  <td style="padding:24px 20px 20px">${body(message)}</td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html> `.html
}

function body({
  job,
  state,
  tone,
  test,
  sentence,
  at,
  problem,
  facts,
  sections,
  sizes,
  ...rest
}: Message): Html {
  return html`<p ${paint({ ink: 'quiet', font: 'small', more: 'margin:0' })}>${job}</p>
    <h1 ${paint({ ink: tone, font: 'title', more: 'margin:2px 0 8px' })}>${signs[tone]} ${capital(state)}</h1>
    <p ${paint({ ink: 'text', font: 'body', more: `margin:0;${breaking}` })}>${sentence}</p>
    <p ${paint({ ink: 'quiet', font: 'small', more: 'margin:4px 0 0' })}>${at}</p>
    ${test ? testNote : none} ${problem === undefined ? none : problemBlock(problem, tone)}
    ${factTable(facts)} ${sections.map(sectionBlock)} ${sizes === undefined ? none : sizeBlock(sizes, tone)}
    ${rest.warnings.length === 0 ? none : warningBlock(rest.warnings)} ${rest.commands.map(commandBlock)}
    <p
      ${paint({ ink: 'quiet', border: { side: 'top', widthPixels: 1, of: 'line' }, font: 'tiny', more: `margin:24px 0 0;padding:12px 0 0;${breaking}` })}
    >
      Holdfast · ${rest.reference.event} · ${rest.reference.id}
    </p>`
}

/** Long paths and names break anywhere rather than make the message wider than a phone. */
const breaking = 'word-break:break-word;overflow-wrap:anywhere'

const signs: Readonly<Record<Tone, string>> = { good: '✓', warning: '!', bad: '✗', neutral: '–' }

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const testNote = html`<p
  ${paint({ ground: 'sunken', ink: 'text', font: 'small', more: 'margin:16px 0 0;padding:10px 12px' })}
>
  This is a test: it shows that messages arrive, and nothing has happened.
</p>`

function heading(text: string): Html {
  return html`<h2 ${paint({ ink: 'text', font: 'body', more: 'margin:24px 0 6px;font-weight:700' })}>
    ${text}
  </h2>`
}

function problemBlock({ where, message, hint, code }: Problem, tone: Tone): Html {
  const advice =
    hint === undefined
      ? none
      : html`<p
          ${paint({ ink: 'text', font: 'small', more: `margin:10px 0 0;white-space:pre-wrap;${breaking}` })}
        >
          <strong>What to do:</strong> ${hint}
        </p>`
  return html`<table
    role="presentation"
    width="100%"
    cellpadding="0"
    cellspacing="0"
    border="0"
    style="margin:20px 0 0"
  >
    <tr>
      <td
        ${paint({ ground: 'sunken', border: { side: 'left', widthPixels: 4, of: tone }, more: 'padding:12px 14px' })}
      >
        <p ${paint({ ink: 'text', font: 'small', more: 'margin:0 0 6px;font-weight:700' })}>
          What went wrong${where === undefined ? '' : ` (${where})`}
        </p>
        <div ${paint({ ink: 'text', font: 'code', more: `white-space:pre-wrap;${breaking}` })}>
          ${message}
        </div>
        ${advice}
        <p ${paint({ ink: 'quiet', font: 'tiny', more: `margin:10px 0 0;${breaking}` })}>${code}</p>
      </td>
    </tr>
  </table>`
}

function factTable(facts: readonly Fact[]): Html {
  return html`<table
    width="100%"
    cellpadding="0"
    cellspacing="0"
    border="0"
    style="margin:20px 0 0;border-collapse:collapse"
  >
    ${facts.map(factRow)}
  </table>`
}

function factRow({ term, text, tone }: Fact): Html {
  const border = { side: 'top', widthPixels: 1, of: 'line' } as const
  return html`<tr>
    <th
      scope="row"
      align="left"
      valign="top"
      width="110"
      ${paint({ ink: 'quiet', border, font: 'small', more: 'width:110px;padding:7px 10px 7px 0;font-weight:400;text-align:left' })}
    >
      ${term}
    </th>
    <td
      valign="top"
      ${paint({ ink: tone ?? 'text', border, font: 'small', more: `padding:7px 0;${tone === undefined ? '' : 'font-weight:600;'}${breaking}` })}
    >
      ${text}
    </td>
  </tr> `
}

function sectionBlock({ title, lines }: Section): Html {
  return html`${heading(title)}
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
      ${lines.map(lineRow)}
    </table> `
}

function lineRow({ name, tone, state, text }: Line): Html {
  const more = text === '' ? none : html`<br /><span ${paint({ ink: 'quiet' })}>${text}</span>`
  return html`<tr>
    <td
      valign="top"
      width="20"
      ${paint({ ink: tone, font: 'small', more: 'width:20px;padding:4px 0;font-weight:700' })}
    >
      ${signs[tone]}
    </td>
    <td valign="top" ${paint({ ink: 'text', font: 'small', more: `padding:4px 0;${breaking}` })}>
      <strong>${name}</strong> ${state}${more}
    </td>
  </tr> `
}

function sizeBlock(sizes: SizeHistory, tone: Tone): Html {
  return html`${heading('Size history')} ${sizeBars(sizes, tone)}`
}

function warningBlock(warnings: readonly string[]): Html {
  return sectionBlock({
    title: 'Warnings',
    lines: warnings.map((warning) => ({ name: '', tone: 'warning', state: warning, text: '' })),
  })
}

function commandBlock({ purpose, command }: Command): Html {
  return html`${heading(purpose)}
    <div
      ${paint({ ground: 'sunken', ink: 'text', font: 'code', more: `padding:10px 12px;white-space:pre-wrap;${breaking}` })}
    >
      ${command}
    </div> `
}
