// What Slack refuses, as data, and a judge that knows nothing of how our messages are made. From the reference of Block
// Kit, https://docs.slack.dev/reference/block-kit, as of November 2026, where nothing else is said.
import type { KnownBlock } from '@slack/types'

/** The longest text and the most entries that Slack takes. */
const most = {
  /** https://docs.slack.dev/messaging/formatting-message-text: more is cut off, and 4,000 are advised. */
  text: 4000,
  blocks: 50,
  'header.text': 150,
  'section.text': 3000,
  'section.fields': 10,
  'section.fields[]': 2000,
  'context.elements': 10,
  'context.elements[]': 3000,
  /** Not documented; https://github.com/slackapi/bolt-js/issues/2867 has what was accepted: so much text, so much JSON. */
  'all texts': 9597,
  'all JSON': 15_561,
} as const

export interface Payload {
  text: string
  blocks: KnownBlock[]
}

/** Everything that Slack would have against a payload. */
export function complaints({ text, blocks }: Payload): string[] {
  const found: string[] = []
  const check = (what: keyof typeof most, length: number): void => {
    if (length > most[what]) found.push(`${what}: ${length}, at most ${most[what]}`)
    if (length === 0) found.push(`${what}: is empty`)
  }
  check('text', text.length)
  check('blocks', blocks.length)
  for (const block of blocks) {
    if (block.type === 'header') {
      if (block.text.type !== 'plain_text') found.push('a header is plain_text')
      check('header.text', block.text.text.length)
    } else if (block.type === 'section') {
      if (block.text === undefined && block.fields === undefined) found.push('a section has text or fields')
      if (block.text !== undefined) check('section.text', block.text.text.length)
      if (block.fields !== undefined) check('section.fields', block.fields.length)
      for (const field of block.fields ?? []) check('section.fields[]', field.text.length)
    } else if (block.type === 'context') {
      check('context.elements', block.elements.length)
      for (const element of block.elements) {
        if (element.type !== 'image') check('context.elements[]', element.text.length)
      }
    } else found.push(`a block of type ${block.type} is not known to this judge`)
  }
  check('all texts', textsOf(blocks).join('').length)
  check('all JSON', JSON.stringify(blocks).length)
  for (const one of [text, ...textsOf(blocks)]) found.push(...markupIn(one))
  return found
}

/** Every text that people see in the blocks. */
export function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'text' && typeof inner === 'string' ? [inner] : textsOf(inner),
  )
}

/** Half characters, half escapes, and code that does not end where it should. */
function markupIn(text: string): string[] {
  return [
    ...(text.isWellFormed() ? [] : ['half a character']),
    ...(/&(?!amp;|lt;|gt;)/.test(text) ? [`half an escape: ${text.slice(-40)}`] : []),
    ...(text.split('```').length % 2 === 1 ? [] : ['a block of code that does not end']),
  ]
}
