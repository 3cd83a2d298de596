import type { Notification } from '@holdfast/plugin'
import { notificationEvents } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { mailOf } from './mail.ts'
import { messageOf } from './compose.ts'
import { notifications } from './notifications.test.data.ts'
import { Looks, partsOf, wholeOf } from './parts.test.support.ts'

const from = 'Backups <backups@example.com>'

const looks = new Looks(notificationEvents.map((event) => mailOf(notifications[event], from).html))

it('has looks that every client keeps', async () => {
  await expect(looks.toString()).toMatchFileSnapshot('snapshots/looks.txt')
})

describe.each(notificationEvents)('%s', (event) => {
  const mail = mailOf(notifications[event], from)

  it('reads well as text', async () => {
    await expect(`Subject: ${mail.subject}\n\n${mail.text}`).toMatchFileSnapshot(`snapshots/${event}.txt`)
  })

  it('reads well as HTML', async () => {
    const parts = partsOf(mail.html, looks)
    expect(wholeOf(parts, looks)).toBe(mail.html)
    await expect(parts.card).toMatchFileSnapshot(`snapshots/${event}.card.txt`)
    await expect(parts.frame).toMatchFileSnapshot('snapshots/frame.html')
  })

  it('starts its subject with the job, and has the essence in both forms', () => {
    expect(mail.subject).toMatch(/^shop: (backup|verification|prune) \w+/)
    const { commands, facts } = messageOf(notifications[event])
    for (const text of [...commands.map(({ command }) => command), ...facts.map((fact) => fact.text)]) {
      expect(mail.text).toContain(text)
      expect(textOf(mail.html)).toContain(text)
    }
  })

  it('fetches nothing and runs nothing', () => {
    expect(mail.html).not.toMatch(
      /<(script|img|link|iframe|object|svg|form|base)\b|url\(|@import|https?:|\son\w+=/i,
    )
  })

  it('is as good without a report', () => {
    const { report: _report, ...rest } = notifications[event]
    expect(mailOf(rest, from).subject).toMatch(/^shop: /)
  })
})

describe('the sentence', () => {
  const failed = notifications['backup.failed']
  it.each([
    ['shop: no backup was made', 'No backup was made.'],
    [`shop: no backup was made: ${failed.error!.message}`, 'No backup was made.'],
    [failed.error!.message, 'Backup failed.'],
    ['shop: no backup was made: something else', 'No backup was made: something else.'],
    [
      'Late, since it could not be sent on 2026-11-22 03:00 UTC: shop: oh!',
      'Late, since it could not be sent on 2026-11-22 03:00 UTC: oh!',
    ],
    ['shop: shop_full_1 is damaged', 'shop_full_1 is damaged.'],
    ['', 'Backup failed.'],
  ])('of %j is %j', (summary, sentence) => {
    expect(messageOf({ ...failed, summary }).sentence).toBe(sentence)
  })
})

it('says in the subject that it is late', () => {
  const { summary } = notifications['prune.failed']
  const late = `Late, since it could not be sent on 2026-11-22 03:00 UTC: ${summary}`
  expect(mailOf({ ...notifications['prune.failed'], summary: late }, from).subject).toBe(
    'shop: prune failed, sent late',
  )
})

describe('what tells a mail from others', () => {
  const mail = mailOf(notifications['backup.failed'], from)

  it('is the same when the same is told again', () => {
    expect(mail.messageId).toBe('<holdfast-b64f3a8e-failed@example.com>')
    expect(mailOf(notifications['backup.failed'], from).messageId).toBe(mail.messageId)
    expect(mail.headers).toMatchObject({
      'Auto-Submitted': 'auto-generated',
      'Holdfast-Event': 'backup.failed',
      'Holdfast-Notification': 'b64f3a8e-failed',
    })
  })

  it('is urgent only when something has failed', () => {
    const high = notificationEvents.filter((event) => mailOf(notifications[event], from).priority === 'high')
    expect(high).toEqual(['backup.failed', 'verify.failed', 'backup.missed'])
  })

  it('says that a test is one', () => {
    const test = mailOf({ ...notifications['backup.failed'], test: true }, from)
    expect(test.subject).toBe('shop: test message, as for backup.failed')
    expect(test.priority).toBe('normal')
    expect(test.text).toContain('This is a test')
    expect(test.html).toContain('This is a test')
  })
})

describe('text from outside', () => {
  const evil = `\r\nBcc: thief@example.com\n\n<script>alert("x")</script><!channel> &amp; '"> \u0000\u001B[31m\u202E</td></table>`

  it.each(notificationEvents)('changes nothing but words in %s', (event) => {
    const hostile = everywhere(notifications[event], (text) => text + evil)
    const mail = mailOf(hostile, from)
    const harmless = mailOf(
      everywhere(notifications[event], (text) => `${text} x`),
      from,
    )
    expect(tagsOf(mail.html)).toEqual(tagsOf(harmless.html))
    for (const line of [mail.subject, mail.messageId, ...Object.values(mail.headers)])
      expect(line).not.toMatch(/[\r\n]/)
    for (const mark of ['\u0000', '\u001B', '\u202E', '\r'])
      expect(mail.html + mail.text + mail.subject).not.toContain(mark)
    // Of several lines only errors may be, and these are indented.
    expect(mail.text).not.toMatch(/^Bcc/m)
    expect(linesOf(mail.text)).toEqual(linesOf(harmless.text))
  })

  it('fits, however long it is', () => {
    const long = 'x'.repeat(1_000_000)
    const failed = notifications['backup.failed']
    const storage = notifications['backup.partial'].report!.storages[1]!
    const mail = mailOf(
      {
        ...failed,
        summary: long,
        job: long,
        error: { ...failed.error!, message: long, hint: long },
        commands: { look: long, restore: long },
        report: {
          ...notifications['backup.partial'].report!,
          warnings: Array.from({ length: 5000 }, () => long),
          storages: Array.from({ length: 500 }, () => ({ ...storage, name: long })),
        },
      },
      from,
    )
    expect(mail.subject.length).toBeLessThanOrEqual(160)
    expect(mail.text.length).toBeLessThan(40_000)
    // Gmail hides what comes after 102 kB.
    expect(Buffer.byteLength(mail.html)).toBeLessThan(80_000)
    expect(mail.text).toContain('characters left out')
  })
})

/** The same notification with every text that could come from outside changed. */
function everywhere(notification: Notification, change: (text: string) => string): Notification {
  const fixed = new Set(['event', 'status', 'role', 'proves', 'stage', 'kind', 'format', 'at', 'nextRunAt'])
  const walk = (value: unknown, name: string): unknown => {
    if (typeof value === 'string')
      return fixed.has(name) || /^\d{4}-\d\d-\d\dT/.test(value) ? value : change(value)
    if (Array.isArray(value)) return value.map((one) => walk(one, name))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one, key)]))
  }
  return walk(notification, '') as Notification
}

function tagsOf(markup: string): string[] {
  return markup.match(/<[^>]*>/g)!.map((tag) => tag.replace(/aria-label="[^"]*"/, ''))
}

function textOf(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
}

/** Where lines start that are our own. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .map((line) => line.slice(0, 4))
}
