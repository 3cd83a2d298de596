import type { Fact, Line, Message, Section, SizeHistory, Tone } from '@holdfast/message'
import type { ContextBlock, HeaderBlock, KnownBlock, MrkdwnElement, SectionBlock } from '@slack/types'
import { codeBlock, fitted, literal, prose } from './text.ts'

/** https://docs.slack.dev/reference/block-kit/blocks/header-block and section-block. */
const most = { header: 150, section: 3000, fields: 10 } as const

/** What is written here of each part; all of them together still have to fit. */
const chosen = { problem: 2400, hint: 1000, fact: 400, line: 300, list: 1500, command: 1100 } as const

/**
 * How much text all blocks of a message may have together. Slack documents no such limit and refuses more than some:
 * 9,597 characters were accepted and 11,341 were not (https://github.com/slackapi/bolt-js/issues/2867).
 */
const mostTogether = 9000

const signs: Readonly<Record<Tone, string>> = { good: '✅', warning: '⚠️', bad: '🔴', neutral: '▫️' }

/** What a message looks like in Slack. It fits, however long its texts are. */
export function blocksOf(message: Message, mention: readonly string[]): KnownBlock[] {
  const { problem, facts, sections, sizes, warnings, commands } = message
  return within(mostTogether, [
    needed(header(message)),
    needed(section(`${mentions(message, mention)}${prose(message.sentence)}`)),
    ...(problem === undefined ? [] : problemBlocks(problem).map(needed)),
    ...chunks(facts.map(field), most.fields).map((fields) => spare(3, { type: 'section', fields } as const)),
    ...sections.map((one) => spare(1, lines(one))),
    ...(sizes === undefined ? [] : [spare(0, sizeBlock(sizes))]),
    ...(warnings.length === 0 ? [] : [spare(2, warningBlock(warnings))]),
    ...commands.map(({ purpose, command }) =>
      needed(section(`*${prose(purpose)}*\n${codeBlock(command, chosen.command)}`)),
    ),
    needed(context(message)),
  ])
}

/** The same in one text, for notifications on a phone and for readers of the screen. */
export function fallbackOf(message: Message): string {
  const { subject, sentence, problem } = message
  const texts = [
    `${signOf(message)} ${subject}`,
    sentence,
    ...(problem === undefined ? [] : [problem.message]),
  ]
  return texts.map((text) => fitted(prose(text), 500)).join('\n')
}

function signOf({ test, tone }: Message): string {
  return test ? '🧪' : signs[tone]
}

function header(message: Message): HeaderBlock {
  const sign = ` ${signOf(message)}`
  const text = fitted(prose(message.subject), most.header - sign.length) + sign
  // With emoji a :name: in the name of a job would become a picture; signs that are characters stay signs.
  return { type: 'header', text: { type: 'plain_text', text, emoji: false } }
}

function section(text: string): SectionBlock {
  return { type: 'section', text: markdown(fitted(text, most.section)) }
}

function markdown(text: string): MrkdwnElement {
  // Verbatim: Slack makes nothing of names, channels and addresses that stand in the text.
  return { type: 'mrkdwn', text, verbatim: true }
}

/** Whom the configuration names, where there is something to do for them. */
function mentions({ tone, test }: Message, mention: readonly string[]): string {
  if (test || tone === 'good' || tone === 'neutral') return ''
  return mention
    .map((whom) => `<${/^[a-z]/.test(whom) ? '!' : whom.startsWith('S') ? '!subteam^' : '@'}${whom}> `)
    .join('')
}

function problemBlocks({ where, message, hint, code }: NonNullable<Message['problem']>): SectionBlock[] {
  const title = `*What went wrong*${where === undefined ? '' : `, ${literal(where)}`} (${literal(code)})`
  return [
    section(`${title}\n${codeBlock(message, chosen.problem)}`),
    ...(hint === undefined ? [] : [section(`*What to do*\n${fitted(prose(hint), chosen.hint)}`)]),
  ]
}

function field({ term, text, tone }: Fact): MrkdwnElement {
  const sign = tone === undefined || tone === 'neutral' ? '' : `${signs[tone]} `
  return markdown(`*${prose(term)}*\n${sign}${literal(text, chosen.fact)}`)
}

function lines({ title, lines: all }: Section): SectionBlock {
  return section(`*${prose(title)}*\n${listed(all.map(lineText))}`)
}

function lineText({ name, tone, state, text }: Line): string {
  const said = [state, text].filter((part) => part !== '').map(prose)
  return fitted(`${signs[tone]} ${[literal(name), ...said].join(' · ')}`, chosen.line)
}

function warningBlock(warnings: readonly string[]): SectionBlock {
  return section(
    `*Warnings*\n${listed(warnings.map((warning) => fitted(`${signs.warning} ${prose(warning)}`, chosen.line)))}`,
  )
}

/** As many as fit, and how many more there are. */
function listed(texts: readonly string[]): string {
  let length = 0
  const shown = texts.filter((text) => (length += text.length + 1) <= chosen.list)
  const rest = texts.length - shown.length
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')
}

const levels = '▁▂▃▄▅▆▇█'

function sizeBlock({ bars, summary }: SizeHistory): SectionBlock {
  const picture = bars.map(
    ({ share }) => levels[Math.min(levels.length, Math.ceil(share * levels.length)) - 1] ?? levels[0],
  )
  return section(`*Sizes*\n\`${picture.join('')}\`\n${prose(summary)}`)
}

function context({ reference, at }: Message): ContextBlock {
  return {
    type: 'context',
    elements: [markdown(`Holdfast · ${prose(at)} · ${literal(reference.event)} · ${literal(reference.id)}`)],
  }
}

interface Part {
  block: KnownBlock
  /** What a message can do without comes off it in this order, the lowest first. */
  rank: number
}

function needed(block: KnownBlock): Part {
  return { block, rank: Number.POSITIVE_INFINITY }
}

function spare(rank: number, block: KnownBlock): Part {
  return { block, rank }
}

/** Leaves out what can be spared until the rest is short enough. */
function within(limit: number, parts: readonly Part[]): KnownBlock[] {
  const lowest = Math.min(...parts.map(({ rank }) => rank))
  if (lowest === Number.POSITIVE_INFINITY || lengthOf(parts) <= limit) return parts.map(({ block }) => block)
  const last = parts.findLastIndex(({ rank }) => rank === lowest)
  return within(limit, parts.toSpliced(last, 1))
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { block }) => sum + JSON.stringify(block).length, 0)
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
