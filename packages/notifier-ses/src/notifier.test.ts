import { type SesService, startSes } from '@holdfast/lab'
import type { Notifier } from '@holdfast/plugin'
import { sampleNotification } from '@holdfast/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import ses from './index.ts'

const never = new AbortController().signal
const failed = sampleNotification('backup.failed')

let service: SesService
beforeEach(async () => {
  service = await startSes()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await service.stop()
})

function notifierWith(options: Record<string, unknown> = {}): Notifier {
  const base = {
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDOFTHETESTS', secretAccessKey: 'secret-of-the-tests' },
    from: 'backups@example.com',
    to: 'devops@example.com',
  }
  return ses.create(ses.parseOptions({ ...base, ...options }), {
    name: 'mail',
    job: 'shop',
    baseDirectory: '/',
  })
}

describe('a mail', () => {
  it('goes to everybody with the configuration set and the identity, and hides whom it should', async () => {
    const identityArn = 'arn:aws:ses:eu-central-1:123456789012:identity/example.com'
    await notifierWith({
      from: 'Backups <backups@example.com>',
      to: ['devops@example.com', 'Ops <ops@example.com>'],
      cc: ['cc@example.com'],
      bcc: ['hidden@example.com'],
      replyTo: 'oncall@example.com',
      configurationSet: 'alerts',
      identityArn,
    }).notify(failed, never)
    expect(service.sent).toMatchObject([
      {
        recipients: ['devops@example.com', 'ops@example.com', 'cc@example.com', 'hidden@example.com'],
        configurationSet: 'alerts',
        identityArn,
        mail: {
          from: { name: 'Backups', address: 'backups@example.com' },
          replyTo: [{ address: 'oncall@example.com' }],
          subject: expect.stringMatching(/^shop: backup failed/),
        },
      },
    ])
    const headers = Object.fromEntries(
      service.sent[0]?.mail.headers.map(({ key, value }) => [key, value]) ?? [],
    )
    expect(headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      // SES writes a message id of its own; this one stays.
      'holdfast-notification': failed.id,
    })
    expect(JSON.stringify(headers)).not.toContain('hidden@example.com')
  })

  it('needs nothing but the variables of the AWS SDK', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDOFTHETESTS')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-of-the-tests')
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    vi.stubEnv('AWS_ENDPOINT_URL_SESV2', service.url)
    const bare = { endpoint: undefined, region: undefined, credentials: undefined }
    await notifierWith(bare).notify(failed, never)
    expect(service.sent).toHaveLength(1)
    await expect(notifierWith(bare).check?.(never)).resolves.toContain('SES in eu-west-1')
  })
})

describe('an error', () => {
  it.each([
    [
      400,
      'MessageRejected',
      'Email address is not verified.',
      'NOTIFY_REFUSED',
      false,
      'Verify backups@example.com',
    ],
    [400, 'SendingPausedException', 'paused', 'NOTIFY_REFUSED', false, 'console'],
    [
      404,
      'NotFoundException',
      'Configuration set <alerts> does not exist.',
      'NOTIFY_REFUSED',
      false,
      'alerts',
    ],
    [
      403,
      'AccessDeniedException',
      'not authorized to perform: ses:SendEmail',
      'NOTIFY_CREDENTIALS',
      false,
      'ses:SendEmail on the identity of backups@example.com',
    ],
    [
      403,
      'UnrecognizedClientException',
      'The security token is invalid.',
      'NOTIFY_CREDENTIALS',
      false,
      'credentials in the options',
    ],
    [403, 'ExpiredTokenException', 'expired', 'NOTIFY_CREDENTIALS', false, 'credentials in the options'],
    [400, 'ThrottlingException', 'Rate exceeded', 'NOTIFY_RATE_LIMITED', true, 'quota'],
    [429, 'LimitExceededException', 'Daily message quota exceeded.', 'NOTIFY_RATE_LIMITED', true, 'quota'],
    [500, 'InternalServiceErrorException', 'oops', 'NOTIFY_UNAVAILABLE', true, 'undefined'],
  ] as const)('%i %s is %s', async (status, error, message, code, retryable, hint) => {
    service.behave({ does: 'refuse', status, error, message })
    await expect(notifierWith({ configurationSet: 'alerts' }).notify(failed, never)).rejects.toMatchObject({
      code,
      retryable,
      message: expect.stringContaining(message),
      hint: expect.toSatisfy((text) => String(text).includes(hint)),
    })
    expect(service.sent).toEqual([])
  })

  it('of a service that says nothing comes in time', async () => {
    service.behave({ does: 'hang' })
    const began = performance.now()
    await expect(notifierWith({ requestTimeoutMs: 300 }).notify(failed, never)).rejects.toMatchObject({
      code: 'NOTIFY_TIMEOUT',
      retryable: true,
    })
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('of a missing region says where to put it', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
    await expect(
      notifierWith({ region: undefined, endpoint: undefined }).notify(failed, never),
    ).rejects.toMatchObject({ code: 'NOTIFY_FAILED', hint: expect.stringContaining('AWS_REGION') })
  })

  it('of credentials that are nowhere names the places', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    await expect(notifierWith({ credentials: undefined }).notify(failed, never)).rejects.toMatchObject({
      code: 'NOTIFY_CREDENTIALS',
      hint: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    })
  })
})

describe('check', () => {
  it('says what the account may send', async () => {
    await expect(notifierWith().check?.(never)).resolves.toBe(
      'SES in eu-central-1 may send, 3 of 200 mails sent in 24 hours; in the sandbox: only verified addresses get mail',
    )
  })

  it('passes for a role that may do nothing but send', async () => {
    service.behave({
      does: 'refuse',
      status: 403,
      error: 'AccessDeniedException',
      message: 'no ses:GetAccount',
    })
    await expect(notifierWith().check?.(never)).resolves.toContain('knows the credentials')
  })
})
