import { type HttpService, startHttpService } from '@holdfast/lab'
import { type Notification, type NotificationEvent, notificationEvents } from '@holdfast/plugin'
import { sampleNotification } from '@holdfast/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import webhook from './index.ts'
import { notifierFor } from './services.test.data.ts'

const never = new AbortController().signal
const routingKey = 'R0UT1NGKEY0000000000000000000000'

interface Event {
  routing_key: string
  event_action?: string
  dedup_key?: string
  payload?: { summary: string; source: string; severity?: string; custom_details: Record<string, unknown> }
}

let service: HttpService
beforeEach(async () => {
  service = await startHttpService()
  service.behave({ does: 'answer', status: 202 })
})
afterEach(() => service.stop())

async function sent(
  event: NotificationEvent,
  changes: Partial<Notification> = {},
): Promise<{ path: string; event: Event }> {
  service.forget()
  const notifier = notifierFor({ preset: 'pagerduty', url: service.url, routingKey })
  await notifier.notify(sampleNotification(event, changes), never)
  const [request, ...others] = service.received
  if (request === undefined || others.length > 0) throw new Error(`${service.received.length} requests`)
  // https://support.pagerduty.com: an event is at most 512 KB.
  expect(Buffer.byteLength(request.body)).toBeLessThan(524_288)
  return { path: request.path, event: JSON.parse(request.body) as Event }
}

it('opens an incident of each job, and a good backup resolves it', async () => {
  const told: string[] = []
  for (const name of notificationEvents) {
    const { path, event } = await sent(name)
    expect(event.routing_key).toBe(routingKey)
    told.push([name, path, event.event_action, event.dedup_key, event.payload?.severity].join(' ').trim())
  }
  expect(told).toEqual([
    'backup.started /v2/change/enqueue',
    'backup.succeeded /v2/enqueue resolve holdfast/shop',
    'backup.recovered /v2/enqueue resolve holdfast/shop',
    'backup.suspect /v2/enqueue trigger holdfast/shop error',
    'backup.partial /v2/enqueue trigger holdfast/shop warning',
    'backup.failed /v2/enqueue trigger holdfast/shop critical',
    'verify.failed /v2/enqueue trigger holdfast/shop/verify.failed critical',
    'prune.failed /v2/enqueue trigger holdfast/shop/prune.failed warning',
    'backup.missed /v2/enqueue trigger holdfast/shop critical',
  ])
})

it('says what whoever is woken needs', async () => {
  const { event } = await sent('backup.failed')
  expect(event.payload).toMatchObject({
    summary: expect.stringMatching(/^shop: backup failed/),
    source: expect.stringMatching(/./),
    component: 'shop',
    class: 'backup.failed',
    timestamp: '2026-11-22T03:06:12.000Z',
    custom_details: {
      problem: { code: 'DATABASE_DUMP_FAILED', message: 'pg_dump was killed by SIGKILL' },
      'To look further': 'holdfast list shop',
    },
  })
})

it('a test opens an incident of its own', async () => {
  const { event } = await sent('backup.failed', { test: true })
  expect(event).toMatchObject({
    event_action: 'trigger',
    dedup_key: 'holdfast/shop/test',
    payload: { severity: 'info' },
  })
  expect(event.payload?.summary).toContain('test')
  expect((await sent('backup.succeeded', { test: true })).event.event_action).toBe('trigger')
})

describe('limits', () => {
  it('hold whatever the error is', async () => {
    const message = 'an error '.repeat(120_000)
    const { event } = await sent('backup.failed', {
      error: { code: 'INTERNAL', message, hint: message },
      summary: message,
    })
    expect(event.payload?.summary.length).toBeLessThanOrEqual(1024)
    expect(event.dedup_key?.length).toBeLessThanOrEqual(255)
  })

  it('hold for the longest name of a job', async () => {
    const { event } = await sent('verify.failed', { job: 'j'.repeat(100) })
    expect(event.dedup_key?.length).toBeLessThanOrEqual(255)
  })
})

describe('an answer', () => {
  it.each([
    [
      400,
      '{"message":"Event object is invalid","errors":["\'routing_key\' is invalid"]}',
      'NOTIFY_CREDENTIALS',
    ],
    [400, 'Invalid routing key', 'NOTIFY_CREDENTIALS'],
    [400, '{"message":"Event object is invalid","errors":["\'summary\' is missing"]}', 'NOTIFY_REFUSED'],
    [403, '', 'NOTIFY_CREDENTIALS'],
    [429, '', 'NOTIFY_RATE_LIMITED'],
    [500, '', 'NOTIFY_UNAVAILABLE'],
  ])('of %i %s is %s', async (status, body, code) => {
    service.behave({ does: 'answer', status, body })
    const notifier = notifierFor({ preset: 'pagerduty', url: service.url, routingKey })
    await expect(notifier.notify(sampleNotification('backup.failed'), never)).rejects.toMatchObject({ code })
  })
})

it('goes to PagerDuty unless told otherwise', () => {
  const options = webhook.parseOptions({ preset: 'pagerduty', routingKey })
  expect(options.preset === 'pagerduty' && options.url.reveal()).toBe('https://events.pagerduty.com')
})
