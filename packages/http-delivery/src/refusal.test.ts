import { expect, it } from 'vitest'
import { refusal } from './refusal.ts'

it.each([
  [301, 'NOTIFY_REFUSED', false],
  [400, 'NOTIFY_REFUSED', false],
  [401, 'NOTIFY_CREDENTIALS', false],
  [403, 'NOTIFY_CREDENTIALS', false],
  [404, 'NOTIFY_REFUSED', false],
  [408, 'NOTIFY_UNAVAILABLE', true],
  [410, 'NOTIFY_REFUSED', false],
  [413, 'NOTIFY_REFUSED', false],
  [429, 'NOTIFY_RATE_LIMITED', true],
  [500, 'NOTIFY_UNAVAILABLE', true],
  [503, 'NOTIFY_UNAVAILABLE', true],
])('of status %i is %s', (status, code, retryable) => {
  expect(refusal('the service', { status, text: '' })).toMatchObject({ code, retryable })
})

it('repeats the beginning of the answer, on one line', () => {
  const { message } = refusal('the service', { status: 400, text: `no such\n key ${'x'.repeat(5000)}` })
  expect(message).toMatch(/^the service did not accept the message: it answered 400, "no such key x+"$/)
  expect(message.length).toBeLessThan(400)
})

it('passes on how long to wait', () => {
  expect(refusal('the service', { status: 503, text: '', retryAfterMs: 7000 }).retryAfterMs).toBe(7000)
})
