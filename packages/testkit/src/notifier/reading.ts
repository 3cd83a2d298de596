import assert from 'node:assert/strict'
import type { AcceptedMessage, MessagePart } from './case.ts'

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" }

/** What somebody sees of a part, on one line; of JSON, what a program reads. */
function shown({ form, content }: MessagePart): string {
  const text = {
    text: () => content,
    html: () => decoded(content.replaceAll(/<(style|title)[\s\S]*?<\/\1>|<[^>]*>/g, ' ')),
    mrkdwn: () => decoded(content),
    json: () => stringsIn(JSON.parse(content)).join(' '),
  }[form]()
  return text.replaceAll(/\s+/g, ' ')
}

function decoded(text: string): string {
  return text.replaceAll(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole)
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

/** True where somebody who gets the message sees these words somewhere. */
export function says({ parts, headers = [] }: AcceptedMessage, words: string): boolean {
  return [...parts.map(shown), ...headers.map(([, value]) => value)].some((text) => text.includes(words))
}

/** The only message that was accepted since there were `before`. */
export function onlyNew(accepted: readonly AcceptedMessage[], before: number, what: string): AcceptedMessage {
  const [message, ...others] = accepted.slice(before)
  assert.ok(message !== undefined, `${what} resolved, but the service has accepted nothing`)
  assert.ok(others.length === 0, `${what} made the service accept ${others.length + 1} messages`)
  assert.ok(message.parts.length > 0, `${what} sent a message without a word`)
  return message
}
