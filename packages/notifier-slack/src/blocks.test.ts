import { messageOf } from '@holdfast/message'
import { type Notification, notificationEvents } from '@holdfast/plugin'
import { sampleNotification } from '@holdfast/testkit'
import { describe, expect, it } from 'vitest'
import { blocksOf, fallbackOf } from './blocks.ts'
import { complaints, type Payload, textsOf } from './limits.test.data.ts'
import { wholeMessage } from './message.test.data.ts'

function payloadOf(notification: Notification, mention: string[] = []): Payload {
  const message = messageOf(notification)
  return { text: fallbackOf(message), blocks: blocksOf(message, mention) }
}

it('looks as it did', () => {
  expect({ text: fallbackOf(wholeMessage), blocks: blocksOf(wholeMessage, ['here']) }).toMatchSnapshot()
})

it.each(notificationEvents)('a message of %s is something that Slack takes', (event) => {
  expect(complaints(payloadOf(sampleNotification(event)))).toEqual([])
})

/** A failure about which everything is said at length. */
function endless(unit: string): Notification {
  const error = {
    code: 'DATABASE_DUMP_FAILED',
    message: unit.repeat(1_000_000 / unit.length),
    hint: unit.repeat(9000),
  }
  const like = sampleNotification('backup.suspect', {
    error,
    summary: unit.repeat(500),
    job: unit.repeat(100),
  })
  const { report } = like
  if (report === undefined) throw new Error('there is no report')
  const shorter = { ...error, message: unit.repeat(500), hint: unit.repeat(500) }
  const names = Array.from({ length: 500 }, (_, index) => `${index} ${unit.repeat(200)}`)
  return {
    ...like,
    commands: { look: unit.repeat(3000), restore: unit.repeat(3000) },
    report: {
      ...report,
      error,
      warnings: names,
      storages: names.map((name) => ({
        name,
        plugin: name,
        status: 'failed',
        location: name,
        bytes: 0,
        error: shorter,
      })),
      verdicts: names.map((name) => ({
        verifier: name,
        storage: name,
        proves: 'archive',
        status: 'failed',
        checks: [{ name, status: 'failed', detail: name }],
      })),
      retention: names.map((storage) => ({ storage, deleted: [], kept: 1, orphans: 0, errors: [shorter] })),
    },
  }
}

it.each(['x', 'words and ', '&', '<', '`', '```', '_a_ ', '😀', '@here ', '\n', '"\\'])(
  'a message full of %j fits, and says the most important',
  (unit) => {
    const payload = payloadOf(endless(unit))
    expect(complaints(payload)).toEqual([])
    const said = textsOf(payload.blocks).join('\n')
    for (const part of ['What went wrong', 'To look further', 'To restore', 'backup.suspect']) {
      expect(said).toContain(part)
    }
  },
)

describe('mentions', () => {
  const mention = ['here', 'channel', 'U024BE7LH', 'SAZ94GDB8']
  const written = '<!here> <!channel> <@U024BE7LH> <!subteam^SAZ94GDB8> '
  const isMentioned = (notification: Notification): boolean =>
    textsOf(payloadOf(notification, mention).blocks).some((text) => text.startsWith(written))

  it('are for what is wrong', () => {
    expect(notificationEvents.filter((event) => isMentioned(sampleNotification(event)))).toEqual([
      'backup.suspect',
      'backup.partial',
      'backup.failed',
      'verify.failed',
      'prune.failed',
      'backup.missed',
    ])
  })

  it('are not for tests', () => {
    expect(isMentioned(sampleNotification('backup.failed', { test: true }))).toBe(false)
  })

  it('are nowhere else, whatever the texts say', () => {
    const { text, blocks } = payloadOf(endless('<!channel> <@U012AB3CD> <https://evil.example|x> '))
    expect([text, ...textsOf(blocks)].filter((one) => /<[^`]/.test(one))).toEqual([])
  })
})
