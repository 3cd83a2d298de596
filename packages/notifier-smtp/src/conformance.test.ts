import { type SmtpRule, startSmtp } from '@holdfast/lab'
import { type MessagePart, notifierSuite, type ServiceMode } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import smtp from './index.ts'

const password = 'correct-horse-battery'

/** How a mail server does it. */
const rules: Readonly<Record<ServiceMode, readonly SmtpRule[]>> = {
  accept: [],
  slow: [{ at: 'message', does: { afterMs: 300 } }],
  refuse: [{ at: 'recipient', does: { code: 550, text: '5.1.1 no such mailbox' } }],
  // As some servers do, it repeats what it was told.
  credentials: [{ at: 'login', does: { code: 535, text: `5.7.8 ${password} is wrong` } }],
  unavailable: [{ at: 'sender', does: { code: 451, text: '4.3.0 try again later' } }],
  'rate-limit': [{ at: 'sender', does: { code: 421, text: '4.7.0 too many messages' } }],
  hang: [{ at: 'greeting', does: 'hang' }],
  drop: [{ at: 'message', does: 'reset' }],
}

notifierSuite({
  it,
  describe,
  capabilities: { retryAfter: false },
  async create() {
    const server = await startSmtp({ login: { user: 'backups', password } })
    const make = (port: number) =>
      smtp.create(
        smtp.parseOptions({
          host: '127.0.0.1',
          port,
          user: 'backups',
          password,
          from: 'Backups <backups@example.com>',
          to: ['devops@example.com', 'dba@example.com'],
        }),
        { name: 'smtp', job: 'shop', baseDirectory: '/' },
      )
    return {
      notifier: make(server.port),
      service: {
        become: (mode) => server.behave(...rules[mode]),
        accepted: () =>
          server.received.map(({ to, mail }) => ({
            parts: [
              { form: 'text', content: mail.text ?? '' },
              { form: 'html', content: mail.html ?? '' },
              { form: 'text', content: mail.subject ?? '' },
            ] satisfies MessagePart[],
            recipients: to,
            headers: mail.headers.map(({ key, value }) => [key, value] as const),
          })),
        attempts: () => server.connected(),
        connections: () => server.open(),
      },
      secrets: [password, Buffer.from(`\0backups\0${password}`).toString('base64')],
      unreachable: async () => {
        const stopped = await startSmtp()
        await stopped.stop()
        return make(stopped.port)
      },
      cleanup: () => server.stop(),
    }
  },
})
