import { notifierSuite } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import { honestNotifier, token, writeMail } from './notifier/zoo/honest.test.data.ts'
import { openPostOffice } from './notifier/zoo/service.test.data.ts'

notifierSuite({
  it,
  describe,
  // A notifier, and a server of your own that plays its service, for each test: yours in place of these.
  async create() {
    const service = await openPostOffice()
    return {
      notifier: honestNotifier({ url: service.url, write: writeMail }),
      service,
      // What must never show in an error or in what `check` says.
      secrets: [token],
      // The same where nothing listens.
      unreachable: () => honestNotifier({ url: 'http://127.0.0.1:1/', write: writeMail }),
      cleanup: () => service.close(),
    }
  },
  // What it can not do: events it has no message for, words, the time that a service asks to wait.
  capabilities: { silent: [], words: true, retryAfter: true },
})
