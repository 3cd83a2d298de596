import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { type SmtpServer, startSmtp } from '@holdfast/lab'
import { sampleNotification } from '@holdfast/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { never, notifierWith } from './server.test.data.ts'

let server: SmtpServer
beforeEach(async () => {
  server = await startSmtp()
})
afterEach(() => server.stop())

const failed = sampleNotification('backup.failed')
const here = () => ({ host: '127.0.0.1', port: server.port })

describe('a mail', () => {
  it('goes to everybody, and names all but the hidden ones', async () => {
    const notifier = notifierWith({
      ...here(),
      from: '"Backups, nightly" <backups@example.com>',
      to: ['devops@example.com', 'Ops <ops@example.com>'],
      cc: 'cc@example.com',
      bcc: ['hidden@example.com'],
      replyTo: 'oncall@example.com',
    })
    await notifier.notify(failed, never)
    expect(server.received).toMatchObject([
      {
        from: 'backups@example.com',
        to: ['devops@example.com', 'ops@example.com', 'cc@example.com', 'hidden@example.com'],
        raw: expect.not.stringContaining('hidden@example.com'),
        mail: {
          from: { name: 'Backups, nightly', address: 'backups@example.com' },
          replyTo: [{ address: 'oncall@example.com' }],
        },
      },
    ])
  })

  it('can be told from others, answers to nobody, and is urgent when something has failed', async () => {
    const notifier = notifierWith(here())
    await notifier.notify(failed, never)
    await notifier.notify(failed, never)
    await notifier.notify(sampleNotification('backup.succeeded'), never)
    const [first, again, other] = server.received.map(({ mail }) => mail)
    expect(first?.messageId).toBe(`<holdfast-${failed.id}@example.com>`)
    expect(again?.messageId).toBe(first?.messageId)
    const header = (mail: typeof first, name: string) => mail?.headers.find(({ key }) => key === name)?.value
    expect(header(first, 'auto-submitted')).toBe('auto-generated')
    expect(header(first, 'holdfast-event')).toBe('backup.failed')
    expect(header(first, 'x-priority')).toMatch(/^1/)
    expect(header(other, 'x-priority')).toBeUndefined()
    expect(first?.subject).toMatch(/^shop: backup failed/)
  })

  it('has every line within the 998 characters of the standard', async () => {
    const message = `${'x'.repeat(5000)} ${'é '.repeat(3000)}`
    await notifierWith(here()).notify(
      sampleNotification('backup.failed', { error: { code: 'DATABASE_DUMP_FAILED', message } }),
      never,
    )
    const longest = Math.max(...(server.received[0]?.raw ?? '').split('\r\n').map((line) => line.length))
    expect(longest).toBeLessThanOrEqual(998)
  })
})

describe('an error', () => {
  it('names whom the server refused, and the others have the mail', async () => {
    server.behave({
      at: 'recipient',
      does: { code: 550, text: '5.1.1 no such user' },
      recipient: 'gone@example.com',
    })
    const sending = notifierWith({ ...here(), to: ['devops@example.com', 'gone@example.com'] }).notify(
      failed,
      never,
    )
    await expect(sending).rejects.toMatchObject({
      code: 'NOTIFY_PARTLY_REFUSED',
      message:
        '127.0.0.1 accepted the mail for 1 and refused it for gone@example.com (550 5.1.1 no such user)',
      retryable: false,
    })
    expect(server.received.map(({ to }) => to)).toEqual([['devops@example.com']])
  })

  it.each([
    ['recipient', 550, 'no such user', 'NOTIFY_REFUSED', false],
    ['recipient', 451, '4.7.1 greylisted', 'NOTIFY_UNAVAILABLE', true],
    ['recipient', 452, '4.5.3 too many recipients', 'NOTIFY_UNAVAILABLE', true],
    ['sender', 553, 'not your address', 'NOTIFY_REFUSED', false],
    ['sender', 450, '4.7.28 sending rate exceeded', 'NOTIFY_RATE_LIMITED', true],
    ['message', 552, 'too large', 'NOTIFY_REFUSED', false],
    ['message', 451, 'try again later', 'NOTIFY_UNAVAILABLE', true],
    ['message', 554, 'looks like spam', 'NOTIFY_REFUSED', false],
    ['greeting', 554, 'not for you', 'NOTIFY_REFUSED', false],
    ['greeting', 421, 'shutting down', 'NOTIFY_UNAVAILABLE', true],
  ] as const)('at the %s %i %s is %s', async (at, code, text, expected, retryable) => {
    server.behave({ at, does: { code, text } })
    const error: unknown = await notifierWith(here())
      .notify(failed, never)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: expected, retryable })
    expect((error as Error).message).toContain(`${code} ${text}`)
    expect((error as Error).message).toContain(`127.0.0.1:${server.port}`)
    expect(server.received).toEqual([])
  })

  it.each([
    ['greeting', { connectTimeoutMs: 300, answerTimeoutMs: 4000 }, 'never said a word'],
    ['message', { connectTimeoutMs: 4000, answerTimeoutMs: 300 }, 'went silent'],
  ] as const)('of a server that says nothing at the %s comes in time', async (at, timeouts, words) => {
    server.behave({ at, does: 'hang' })
    const began = performance.now()
    await expect(notifierWith({ ...here(), ...timeouts }).notify(failed, never)).rejects.toMatchObject({
      code: 'NOTIFY_TIMEOUT',
      retryable: true,
      message: expect.stringContaining(words),
    })
    expect(performance.now() - began).toBeLessThan(4000)
    await expect.poll(() => server.open()).toBe(0)
  })

  it('of a host name that nobody knows says so', async () => {
    await expect(
      notifierWith({ host: 'mail.invalid', tls: 'none', port: 25 }).notify(failed, never),
    ).rejects.toMatchObject({
      code: 'NOTIFY_UNAVAILABLE',
      message: expect.stringMatching(/^mail\.invalid:25 could not be reached: /),
      retryable: true,
    })
  })

  it('of what is no mail server says so', async () => {
    const sockets = new Set<Socket>()
    const web = createServer((socket) => {
      sockets.add(socket)
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    }).listen(0, '127.0.0.1')
    await once(web, 'listening')
    const { port } = web.address() as { port: number }
    try {
      await expect(notifierWith({ host: '127.0.0.1', port }).notify(failed, never)).rejects.toMatchObject({
        code: 'NOTIFY_FAILED',
        message: expect.stringContaining('does not speak SMTP'),
      })
    } finally {
      for (const socket of sockets) socket.destroy()
      web.close()
    }
  })
})

describe('check', () => {
  it('says who may log in', async () => {
    await server.stop()
    server = await startSmtp({ login: { user: 'backups', password: 'right' } })
    const login = { ...here(), user: 'backups', password: 'right' }
    await expect(notifierWith(login).check?.(never)).resolves.toBe(
      `127.0.0.1:${server.port} answers, and lets backups in`,
    )
    await expect(notifierWith({ ...login, password: 'wrong' }).check?.(never)).rejects.toMatchObject({
      code: 'NOTIFY_CREDENTIALS',
    })
  })

  it('does not pass for a server that offers no login', async () => {
    await expect(
      notifierWith({ ...here(), user: 'backups', password: 'right' }).check?.(never),
    ).rejects.toMatchObject({ code: 'NOTIFY_CREDENTIALS' })
  })
})

describe('XOAUTH2', () => {
  it('logs in with an access token, and keeps it to itself when it is refused', async () => {
    await server.stop()
    server = await startSmtp({ login: { user: 'backups@example.com', password: 'ya29.token-of-mine' } })
    const oauth2 = { user: 'backups@example.com', accessToken: 'ya29.token-of-mine' }
    await notifierWith({ ...here(), oauth2 }).notify(failed, never)
    expect(server.received[0]?.user).toBe('backups@example.com')

    server.behave({ at: 'login', does: { code: 535, text: 'bad token ya29.token-of-mine' } })
    const error: unknown = await notifierWith({ ...here(), oauth2 })
      .notify(failed, never)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'NOTIFY_CREDENTIALS', message: expect.stringContaining('[secret]') })
  })
})
