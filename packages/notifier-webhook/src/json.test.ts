import { type HttpService, startHttpService } from '@holdfast/lab'
import type { Notification, Notifier } from '@holdfast/plugin'
import { sampleNotification } from '@holdfast/testkit'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import webhook from './index.ts'
import { notifierFor, path, signingSecret } from './services.test.data.ts'

const never = new AbortController().signal

let service: HttpService
beforeEach(async () => {
  service = await startHttpService()
})
afterEach(() => service.stop())

function make(options: object = {}): Notifier {
  return notifierFor({ url: `${service.url}${path}`, secret: signingSecret, ...options })
}

describe('a message', () => {
  it('is the whole notification, in the envelope of Standard Webhooks', async () => {
    const notification = sampleNotification('backup.failed')
    await make().notify(notification, never)
    const [request] = service.received
    expect(request).toMatchObject({ method: 'POST', path })
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': notification.id,
    })
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'backup.failed',
      timestamp: notification.at,
      data: notification,
    })
  })

  it('that is only a test is not of the type of what it tries', async () => {
    await make().notify(sampleNotification('backup.failed', { test: true }), never)
    expect(JSON.parse(service.received[0]?.body ?? '')).toMatchObject({ type: 'test', data: { test: true } })
  })

  it('is verified by the library that receivers use, and no changed one is', async () => {
    await make().notify(sampleNotification(), never)
    const [request] = service.received
    const receiver = new Webhook(signingSecret)
    const { body = '', headers = {} } = request ?? {}
    expect(receiver.verify(body, headers)).toMatchObject({ type: 'backup.succeeded' })
    expect(() => receiver.verify(body.replace('succeeded', 'failed'), headers)).toThrow(
      WebhookVerificationError,
    )
    expect(() => receiver.verify(body, { ...headers, 'webhook-id': 'another' })).toThrow(
      WebhookVerificationError,
    )
    const stranger = new Webhook(Buffer.alloc(32, 'x').toString('base64'))
    expect(() => stranger.verify(body, headers)).toThrow(WebhookVerificationError)
  })

  it('has the id of the one before when it is sent again', async () => {
    const notifier = make()
    await notifier.notify(sampleNotification(), never)
    await notifier.notify(sampleNotification(), never)
    expect(new Set(service.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  it('goes with the headers and the method of the options', async () => {
    await make({ method: 'PUT', headers: { Authorization: 'Bearer abc', 'X-Team': 'dba' } }).notify(
      sampleNotification(),
      never,
    )
    expect(service.received[0]?.method).toBe('PUT')
    expect(service.received[0]?.headers).toMatchObject({ authorization: 'Bearer abc', 'x-team': 'dba' })
  })

  it('loses the middle of a text that no receiver would take', async () => {
    const message = `begins ${'x'.repeat(1_000_000)} ends`
    await make().notify(sampleNotification('backup.failed', { error: { code: 'INTERNAL', message } }), never)
    const { data } = JSON.parse(service.received[0]?.body ?? '') as { data: Notification }
    expect(data.error?.message).toMatch(/^begins x+\n\[… 9\d\d,\d{3} characters left out …\]\nx+ ends$/)
    expect(service.received[0]?.body.length).toBeLessThan(50_000)
  })
})

it('an error repeats nothing that is secret, even where the service does', async () => {
  service.behave(({ path: asked, headers }) => ({
    does: 'answer',
    status: 403,
    body: `no ${headers['authorization']} for ${asked}`,
  }))
  const notifier = make({ headers: { authorization: 'Bearer a-secret-bearer' } })
  await expect(notifier.notify(sampleNotification(), never)).rejects.toMatchObject({
    code: 'NOTIFY_CREDENTIALS',
    message: 'the webhook did not accept the credentials: it answered 403, "no [secret] for [secret]"',
  })
})

describe('options', () => {
  const right = { url: 'https://hooks.example.com/x', secret: signingSecret }

  it('are secret where they have to be', () => {
    const options = webhook.parseOptions({ ...right, headers: { Authorization: 'Bearer abc' } })
    expect(JSON.parse(JSON.stringify(options))).toEqual({
      preset: 'json',
      url: '[secret]',
      secret: '[secret]',
      method: 'POST',
      headers: { Authorization: '[secret]' },
      requestTimeoutMs: 10_000,
    })
  })

  it.each([
    [{ ...right, secret: 'hunter2' }, 'secret: must be whsec_ and 24 to 64 bytes in base64'],
    [{ ...right, secret: `whsec_${'!'.repeat(40)}` }, 'secret: must be whsec_'],
    [{ ...right, secret: `whsec_${Buffer.alloc(12).toString('base64')}` }, 'secret: must be whsec_'],
    [{ url: right.url }, 'secret: '],
    [{ ...right, headers: { 'X\nY': 'a' } }, 'is not the name of a header'],
    [{ ...right, headers: { Host: 'a' } }, 'is set by Holdfast'],
    [{ ...right, headers: { 'Webhook-Id': 'a' } }, 'is set by Holdfast'],
    [
      { ...right, headers: { A: 'a\r\nB: c' } },
      'headers.A: must be of printable ASCII characters on one line',
    ],
    [{ ...right, method: 'GET' }, 'method: '],
    [{ ...right, routingKey: 'a' }, 'routingKey: is not a known option'],
    [{ ...right, preset: 'pager' }, 'preset: '],
    [{ preset: 'pagerduty' }, 'routingKey: '],
    [
      { preset: 'dead-mans-switch', url: right.url, pings: { start: 'start' } },
      'pings.start: must be a path',
    ],
  ])('%j are refused: %s', (options, message) => {
    const parse = (): unknown => webhook.parseOptions(options)
    expect(parse).toThrow(message)
    expect(parse).not.toThrow(/hunter2/)
  })
})
