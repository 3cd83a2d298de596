import { notifierSuite } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import { path, signingSecret, underTest } from './services.test.data.ts'

describe('json', () => {
  notifierSuite({
    it,
    describe,
    create: () =>
      underTest({
        options: (base) => ({
          url: `${base}${path}`,
          secret: signingSecret,
          headers: { Authorization: 'Bearer a-secret-bearer' },
        }),
        secrets: ['a-secret-token', signingSecret, 'a-secret-bearer'],
        messageOf: (content, headers) => ({
          parts: [{ form: 'json', content }],
          headers: Object.entries(headers),
        }),
      }),
  })
})

describe("dead man's switch", () => {
  notifierSuite({
    it,
    describe,
    create: () =>
      underTest({
        options: (base) => ({ preset: 'dead-mans-switch', url: `${base}${path}` }),
        secrets: ['a-secret-token'],
        messageOf: (content, headers) => ({
          parts: [{ form: 'text', content }],
          headers: Object.entries(headers),
        }),
      }),
  })
})

describe('PagerDuty', () => {
  const routingKey = 'a0secret0routing0key0of0thirty20'
  notifierSuite({
    it,
    describe,
    create: () =>
      underTest({
        options: (base) => ({ preset: 'pagerduty', url: base, routingKey }),
        secrets: [routingKey],
        behaviours: {
          accept: { does: 'answer', status: 202, body: '{"status":"success","message":"Event processed"}' },
          refuse: { does: 'answer', status: 400, body: '{"status":"invalid event"}' },
          credentials: {
            does: 'answer',
            status: 400,
            body: '{"status":"invalid event","message":"Event object is invalid","errors":["\'routing_key\' is invalid"]}',
          },
        },
        messageOf: (content, headers) => ({
          parts: [{ form: 'json', content }],
          headers: Object.entries(headers),
        }),
      }),
  })
})
