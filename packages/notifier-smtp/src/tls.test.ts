import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Certificates, makeCertificates, type SmtpServer, startSmtp } from '@holdfast/lab'
import { sampleNotification } from '@holdfast/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { never, notifierWith } from './server.test.data.ts'

let directory: string
let certificates: Certificates
let starttls: SmtpServer
let implicit: SmtpServer
let plain: SmtpServer
const login = { user: 'backups', password: 'right' }

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-smtp-'))
  certificates = await makeCertificates()
  await writeFile(join(directory, 'ca.pem'), certificates.authority)
  starttls = await startSmtp({ certificates, login })
  implicit = await startSmtp({ certificates, implicitTls: true, login })
  plain = await startSmtp({ login })
})
afterAll(async () => {
  await Promise.all([starttls, implicit, plain].map((server) => server.stop()))
  await rm(directory, { recursive: true })
})

const failed = sampleNotification('backup.failed')
const caFile = () => join(directory, 'ca.pem')

describe.each([
  ['starttls', () => starttls],
  ['implicit', () => implicit],
] as const)('tls: %s', (tls, server) => {
  const options = () => ({ host: 'localhost', port: server().port, tls, ...login })

  it('sends to a server whose authority is named', async () => {
    await notifierWith({ ...options(), caFile: caFile() }).notify(failed, never)
    expect(server().received.at(-1)).toMatchObject({ secure: true, user: 'backups' })
  })

  it('takes a URL for it', async () => {
    const scheme = tls === 'implicit' ? 'smtps' : 'smtp'
    const url = `${scheme}://backups:right@localhost:${server().port}`
    const before = server().received.length
    await notifierWith({ url, caFile: caFile() }).notify(failed, never)
    expect(server().received).toHaveLength(before + 1)
  })

  it('refuses a certificate that nobody vouches for, before it says who it is', async () => {
    const before = server().received.length
    for (const call of ['notify', 'check'] as const) {
      const notifier = notifierWith(options())
      const calling = call === 'notify' ? notifier.notify(failed, never) : notifier.check?.(never)
      await expect(calling).rejects.toMatchObject({
        code: 'NOTIFY_TLS',
        message: `the connection to localhost:${server().port} is not secure: its certificate's authority is not trusted`,
        hint: expect.stringContaining('caFile'),
        retryable: false,
      })
    }
    expect(server().received).toHaveLength(before)
  })

  it('refuses a certificate for another host', async () => {
    const otherName = { ...options(), host: '127.0.0.2' }
    await expect(notifierWith({ ...otherName, caFile: caFile() }).check?.(never)).rejects.toMatchObject({
      code: expect.stringMatching(/^NOTIFY_(TLS|UNAVAILABLE)$/),
    })
  })
})

describe('a server without TLS', () => {
  it('is refused where STARTTLS is wanted, and gets no password', async () => {
    const options = { host: 'localhost', port: plain.port, tls: 'starttls', ...login }
    await expect(notifierWith(options).notify(failed, never)).rejects.toMatchObject({
      code: 'NOTIFY_TLS',
      message: expect.stringContaining('offers no STARTTLS'),
    })
    expect(plain.received).toEqual([])
  })

  it('is told from one that begins with TLS', async () => {
    const options = { host: 'localhost', port: plain.port, tls: 'implicit', ...login }
    await expect(notifierWith(options).notify(failed, never)).rejects.toMatchObject({
      code: 'NOTIFY_TLS',
      hint: expect.stringContaining('starttls'),
    })
  })

  it('is fine on this machine', async () => {
    await notifierWith({ host: '127.0.0.1', port: plain.port, ...login }).notify(failed, never)
    expect(plain.received.at(-1)).toMatchObject({ secure: false })
  })
})

it('names a file of certificates that is not there', async () => {
  const options = { host: 'localhost', port: starttls.port, tls: 'starttls', caFile: 'missing.pem' }
  await expect(notifierWith(options).notify(failed, never)).rejects.toMatchObject({
    code: 'NOTIFY_TLS',
    message: 'the certificates of /nowhere/missing.pem could not be read',
  })
})
