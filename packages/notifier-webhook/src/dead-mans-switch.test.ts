import { type HttpService, startHttpService } from '@holdfast/lab'
import { type NotificationEvent, notificationEvents } from '@holdfast/plugin'
import { sampleNotification } from '@holdfast/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { notifierFor, path } from './services.test.data.ts'

const never = new AbortController().signal

let service: HttpService
beforeEach(async () => {
  service = await startHttpService()
})
afterEach(() => service.stop())

async function pinged(event: NotificationEvent, options: object = {}, test = false): Promise<string> {
  service.forget()
  const notifier = notifierFor({ preset: 'dead-mans-switch', url: `${service.url}${path}`, ...options })
  await notifier.notify(sampleNotification(event, { test }), never)
  return service.received.map((request) => request.path).join()
}

it('pings as Healthchecks wants it', async () => {
  const pings: string[] = []
  for (const event of notificationEvents) pings.push(`${event} ${await pinged(event)}`)
  expect(pings).toEqual([
    `backup.started ${path}/start`,
    `backup.succeeded ${path}`,
    `backup.recovered ${path}`,
    `backup.suspect ${path}/fail`,
    `backup.partial ${path}/fail`,
    `backup.failed ${path}/fail`,
    `verify.failed ${path}/fail`,
    `prune.failed ${path}/fail`,
    `backup.missed ${path}/fail`,
  ])
})

it('a test neither keeps the switch alive nor raises the alarm', async () => {
  expect(await pinged('backup.succeeded', {}, true)).toBe(`${path}/log`)
  expect(await pinged('backup.failed', {}, true)).toBe(`${path}/log`)
})

it('pings another service as that wants it', async () => {
  const pings = { start: '?state=run', success: '?state=complete', failure: '?state=fail' }
  expect(await pinged('backup.started', { pings })).toBe(`${path}?state=run`)
  expect(await pinged('backup.failed', { pings })).toBe(`${path}?state=fail`)
})

it('leaves the query of the address where it belongs', async () => {
  const url = `${service.url}${path}/?create=1`
  expect(await pinged('backup.failed', { url })).toBe(`${path}/fail?create=1`)
  expect(await pinged('backup.failed', { url, pings: { failure: '?state=fail' } })).toBe(
    `${path}?create=1&state=fail`,
  )
})

it.each([
  ['OK (not found)', { code: 'NOTIFY_REFUSED', retryable: false }],
  ['OK (rate limited)', { code: 'NOTIFY_RATE_LIMITED', retryable: true }],
])('does not take %j for a ping that was accepted', async (body, expected) => {
  service.behave({ does: 'answer', body })
  await expect(pinged('backup.succeeded')).rejects.toMatchObject(expected)
})

it('says what happened in a text that the service keeps whole', async () => {
  const message = `begins ${'größer '.repeat(100_000)}`
  const notifier = notifierFor({ preset: 'dead-mans-switch', url: `${service.url}${path}` })
  await notifier.notify(sampleNotification('backup.failed', { error: { code: 'INTERNAL', message } }), never)
  const [request] = service.received
  expect(request?.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(request?.body).toContain('begins größer')
  expect(Buffer.byteLength(request?.body ?? '')).toBeLessThan(10_000)
})
