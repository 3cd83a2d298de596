import { type HttpBehaviour, type HttpService, startHttpService } from '@holdfast/lab'
import type { HoldfastError, Notifier } from '@holdfast/plugin'
import { sampleNotification } from '@holdfast/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import slack from './index.ts'
import { complaints, type Payload } from './limits.test.data.ts'

const never = new AbortController().signal
const context = { name: 'slack', job: 'shop', baseDirectory: '/' }

let service: HttpService
let notifier: Notifier

beforeEach(async () => {
  service = await startHttpService()
  const options = slack.parseOptions({
    url: `${service.url}/services/T00000000/B00000000/secret-token`,
    requestTimeoutMs: 300,
  })
  notifier = slack.create(options, context)
})
afterEach(() => service.stop())

async function errorOf(call: Promise<unknown>): Promise<HoldfastError> {
  return call.then(
    () => {
      throw new Error('nothing was thrown')
    },
    (error: unknown) => error as HoldfastError,
  )
}

it('posts blocks and a text, as JSON', async () => {
  service.behave({ does: 'answer', body: 'ok' })
  await notifier.notify(sampleNotification('backup.failed'), never)
  const [request] = service.received
  expect(request).toMatchObject({ method: 'POST', path: '/services/T00000000/B00000000/secret-token' })
  expect(request?.headers['content-type']).toBe('application/json')
  const payload = JSON.parse(request?.body ?? '') as Payload
  expect(Object.keys(payload)).toEqual(['text', 'blocks', 'unfurl_links', 'unfurl_media'])
  expect(complaints(payload)).toEqual([])
  expect(payload.text).toContain('shop: backup failed')
})

describe('an answer', () => {
  it.each<[string, Extract<HttpBehaviour, { does: 'answer' }>, Partial<HoldfastError>]>([
    ['invalid_payload', { does: 'answer', status: 400 }, { code: 'NOTIFY_REFUSED', retryable: false }],
    ['action_prohibited', { does: 'answer', status: 403 }, { code: 'NOTIFY_REFUSED', retryable: false }],
    ['invalid_token', { does: 'answer', status: 403 }, { code: 'NOTIFY_CREDENTIALS', retryable: false }],
    ['no_service', { does: 'answer', status: 404 }, { code: 'NOTIFY_REFUSED', retryable: false }],
    ['channel_not_found', { does: 'answer', status: 404 }, { code: 'NOTIFY_REFUSED', retryable: false }],
    ['channel_is_archived', { does: 'answer', status: 410 }, { code: 'NOTIFY_REFUSED', retryable: false }],
    [
      'rate_limited',
      { does: 'answer', status: 429, headers: { 'retry-after': '30' } },
      { code: 'NOTIFY_RATE_LIMITED', retryable: true, retryAfterMs: 30_000 },
    ],
    ['rollup_error', { does: 'answer', status: 500 }, { code: 'NOTIFY_UNAVAILABLE', retryable: true }],
    ['constructor', { does: 'answer', status: 400 }, { code: 'NOTIFY_REFUSED', retryable: false }],
    [
      '<html>Log in to the network</html>',
      { does: 'answer', status: 200 },
      { code: 'NOTIFY_REFUSED', retryable: false },
    ],
  ])('%s is an error that says so', async (body, behaviour, expected) => {
    service.behave({ ...behaviour, body })
    const error = await errorOf(notifier.notify(sampleNotification('backup.failed'), never))
    expect(error).toMatchObject(expected)
    expect(service.received).toHaveLength(1)
  })

  it('of a server that does not answer in time is NOTIFY_TIMEOUT', async () => {
    service.behave({ does: 'hang' })
    const error = await errorOf(notifier.notify(sampleNotification(), never))
    expect(error).toMatchObject({ code: 'NOTIFY_TIMEOUT', retryable: true })
  })

  it('that is a reset is NOTIFY_UNAVAILABLE', async () => {
    service.behave({ does: 'reset' })
    const error = await errorOf(notifier.notify(sampleNotification(), never))
    expect(error).toMatchObject({ code: 'NOTIFY_UNAVAILABLE', retryable: true })
  })

  it('that redirects is not followed', async () => {
    service.behave({ does: 'answer', status: 302, headers: { location: `${service.url}/elsewhere` } })
    expect((await errorOf(notifier.notify(sampleNotification(), never))).code).toBe('NOTIFY_REFUSED')
    expect(service.received).toHaveLength(1)
  })
})

describe('check', () => {
  it.each(['no_text', 'missing_text_or_fallback_or_attachments', 'invalid_payload'])(
    'finds the webhook where Slack answers %s to nothing',
    async (body) => {
      service.behave({ does: 'answer', status: 400, body })
      await expect(notifier.check?.(never)).resolves.toBe('the webhook is there')
      expect(service.received.map((request) => request.body)).toEqual(['{"text":""}'])
    },
  )

  it('does not find one that is gone', async () => {
    service.behave({ does: 'answer', status: 404, body: 'no_service' })
    expect(await errorOf(notifier.check?.(never) ?? Promise.resolve())).toMatchObject({
      code: 'NOTIFY_REFUSED',
    })
  })
})

it('refuses options that could not work, without repeating the address', () => {
  const parse = (): unknown =>
    slack.parseOptions({ url: 'http://hooks.slack.com/services/token', mention: ['@anna'], channel: '#x' })
  expect(parse).toThrow(
    /url: must begin with https.*mention\.0: must be here.*channel: is not a known option/,
  )
  expect(parse).not.toThrow(/services\/token/)
})
