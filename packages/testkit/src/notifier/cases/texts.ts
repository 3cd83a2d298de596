import assert from 'node:assert/strict'
import type { Notification } from '@holdfast/plugin'
import type { NotifierCase } from '../case.ts'
import { assertHarmless, hostileNotification } from '../hostile.ts'
import { onlyNew, says } from '../reading.ts'

const megabyte = 1_000_000

/** A failure that has a lot to say. */
function long(like: Notification): Notification {
  const message = `it begins here: ${'relation "x" does not exist; '.repeat(megabyte / 29)}`
  const error = { ...like.error, code: 'DATABASE_DUMP_FAILED', message, hint: 'try again. '.repeat(10_000) }
  const many = Array.from({ length: 2000 }, (_, index) => `shop_full_${index} has a very long name indeed`)
  const { report } = like
  assert.ok(report !== undefined)
  return {
    ...like,
    summary: `shop: no backup was made: ${message}`,
    error,
    report: {
      ...report,
      error,
      warnings: many,
      retention: [{ storage: 'local', deleted: many, kept: 0, orphans: 0, errors: [error] }],
      storages: many.map((name) => ({
        name,
        plugin: 's3',
        status: 'failed',
        location: name,
        bytes: 0,
        error: { code: 'STORAGE_FULL', message: 'no room' },
      })),
      verdicts: many.map((detail) => ({
        verifier: 'archive',
        storage: 'local',
        proves: 'archive',
        status: 'failed',
        checks: [{ name: 'contents', status: 'failed', detail }],
      })),
    },
  }
}

export const textCases: readonly NotifierCase[] = [
  {
    topic: 'texts',
    name: 'a long error',
    promise:
      'an error of a megabyte and thousands of lines fit, and the message still says what happened to which job',
    async run({ notifier, notification, signal, capabilities, accepted, promptly }) {
      const failure = long(notification('backup.failed'))
      await promptly('notify with a megabyte', notifier.notify(failure, signal))
      const message = onlyNew(await accepted(), 0, 'notify with a megabyte')
      if (!capabilities.words) return
      for (const words of ['shop', 'it begins here']) {
        assert.ok(says(message, words), `the message of a long error does not say "${words}"`)
      }
    },
  },
  {
    topic: 'texts',
    name: 'a hostile text',
    promise: 'no text in a message can add headers, recipients, markup, mentions or control characters',
    async run({ notifier, notification, signal, accepted, promptly }) {
      const sample = notification('backup.suspect')
      await promptly('notify', notifier.notify(sample, signal))
      await promptly('notify with a hostile text', notifier.notify(hostileNotification(notification), signal))
      const [harmless, ...others] = await accepted()
      assert.ok(harmless !== undefined && others.length > 0, 'a hostile text was not accepted')
      for (const message of others) assertHarmless(message, harmless)
      assert.ok(others.length === 1, `a hostile text became ${others.length} messages`)
    },
  },
  {
    topic: 'texts',
    name: 'any script',
    promise: 'a text of any script arrives as it is',
    async run({ notifier, notification, signal, capabilities, accepted, promptly }) {
      const text = 'größer, 備份, резервная копия, نسخة, 🐘'
      const error = {
        code: 'DATABASE_DUMP_FAILED',
        message: `${text} and half a character \uD83D`,
        hint: text,
      }
      const { report } = notification('backup.failed')
      assert.ok(report !== undefined)
      const failure = notification('backup.failed', { error, summary: text, report: { ...report, error } })
      await promptly('notify', notifier.notify(failure, signal))
      const message = onlyNew(await accepted(), 0, 'notify')
      assert.ok(!capabilities.words || says(message, text), `the message does not say: ${text}`)
    },
  },
]
