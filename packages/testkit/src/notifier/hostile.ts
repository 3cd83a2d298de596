import assert from 'node:assert/strict'
import type { Notification, ReportedError } from '@holdfast/plugin'
import type { AcceptedMessage, MessagePart, NotifierCaseContext } from './case.ts'

const stranger = 'evil@evil.example'
const tag = '<holdfast-evil'

/** What somebody who may name a table or a database could write into a message. */
const hostile = [
  `"></pre></td>${tag}>`,
  `${tag} onclick="x">`,
  '<!channel> <!here|here> <@U012AB3CD> <https://evil.example|look here>',
  '```*bold*``` ${x} {{x}} %0d%0aX-Evil: 1',
  `\r\nBcc: ${stranger}\r\nX-Evil: 1\r\n\r\n.\r\nRCPT TO:<${stranger}>\r\n`,
  '\u0000\u0007\b\u001B[31m\u007F',
].join(' ')

/** The same message with the hostile text everywhere. */
export function hostileNotification(sample: NotifierCaseContext['notification']): Notification {
  const error: ReportedError = {
    code: 'DATABASE_DUMP_FAILED',
    message: hostile,
    hint: hostile,
    stage: 'dump',
    plugin: hostile,
  }
  const like = sample('backup.suspect')
  const { report } = like
  assert.ok(report?.backup !== undefined)
  return {
    ...like,
    job: `shop${hostile}`,
    summary: hostile,
    error,
    report: {
      ...report,
      job: `shop${hostile}`,
      error,
      backup: { ...report.backup, name: hostile, label: hostile },
      storages: [{ name: hostile, plugin: hostile, status: 'failed', location: hostile, bytes: 0, error }],
      verdicts: report.verdicts.map((verdict) => ({
        ...verdict,
        verifier: hostile,
        checks: [{ name: hostile, status: 'failed', detail: hostile }],
      })),
      retention: [
        { storage: hostile, deleted: [hostile], kept: 1, orphans: 0, frozen: hostile, errors: [error] },
      ],
      warnings: [hostile],
      restoreCommand: hostile,
    },
    history: {
      ...like.history,
      lastVerified: { id: hostile, name: hostile, startedAt: '2026-11-21T03:00:00.000Z' },
    },
    commands: { look: hostile, restore: hostile },
  }
}

/** Fails where the hostile text does something to whoever gets the message, other than being read. */
export function assertHarmless(message: AcceptedMessage, harmless: AcceptedMessage): void {
  const recipients = ({ recipients: all = [] }: AcceptedMessage): string => all.toSorted().join(', ')
  const whom = recipients(message)
  assert.ok(whom === recipients(harmless), `a text of the message changed whom it goes to: ${whom}`)
  const names = ({ headers = [] }: AcceptedMessage): Set<string> =>
    new Set(headers.map(([name]) => name.toLowerCase()))
  const added = [...names(message)].filter((name) => !names(harmless).has(name))
  assert.ok(added.length === 0, `a text of the message became a header: ${added.join(', ')}`)
  for (const [name, value] of message.headers ?? []) {
    assert.ok(
      !/\p{Cc}/u.test(value),
      `the header ${name} has a line break or another control character in it`,
    )
  }
  for (const part of message.parts) assertPart(part)
}

function assertPart({ form, content }: MessagePart): void {
  if (form === 'json') {
    assert.ok(isJson(content), 'a text of the message broke its JSON')
    return
  }
  // Line breaks and tabs are what text is made of; the rest moves cursors and rings bells.
  // oxlint-disable-next-line no-control-regex
  const control = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(content)
  assert.ok(!control, `the ${form} of the message has control characters in it`)
  if (form === 'html')
    assert.ok(!content.includes(tag), 'a text of the message became an element of its HTML')
  if (form === 'mrkdwn') {
    const alive = /<(?:[!@#]|https:\/\/evil)[^>]*>/.exec(content)
    assert.ok(alive === null, `a text of the message became a mention or a link: ${alive?.[0]}`)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
