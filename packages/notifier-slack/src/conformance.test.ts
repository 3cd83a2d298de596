import { type HttpBehaviour, startHttpService } from '@holdfast/lab'
import { notifierSuite, type MessagePart, type ServiceMode } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import { type Payload, textsOf } from './limits.test.data.ts'
import slack from './index.ts'

const path = '/services/T00000000/B00000000/a-secret-token'

/** How Slack does it. */
const behaviours: Readonly<Record<ServiceMode, HttpBehaviour>> = {
  accept: { does: 'answer', body: 'ok' },
  slow: { does: 'answer', body: 'ok', delayMs: 300 },
  refuse: { does: 'answer', status: 404, body: 'no_service' },
  credentials: { does: 'answer', status: 403, body: 'invalid_token' },
  unavailable: { does: 'answer', status: 503, body: 'service_unavailable' },
  'rate-limit': { does: 'answer', status: 429, headers: { 'retry-after': '7' } },
  hang: { does: 'hang' },
  drop: { does: 'reset' },
}

function partsOf(body: string): MessagePart[] {
  const { text, blocks } = JSON.parse(body) as Payload
  return [text, ...textsOf(blocks)].map((content) => ({ form: 'mrkdwn', content }))
}

notifierSuite({
  it,
  describe,
  async create() {
    const service = await startHttpService()
    const make = (base: string) =>
      slack.create(slack.parseOptions({ url: `${base}${path}` }), {
        name: 'slack',
        job: 'shop',
        baseDirectory: '/',
      })
    let mode: ServiceMode = 'accept'
    // Slack takes no message without a text, which is how a webhook is looked for.
    service.behave(({ body }) =>
      mode === 'accept' && body === '{"text":""}'
        ? { does: 'answer', status: 400, body: 'no_text' }
        : behaviours[mode],
    )
    return {
      notifier: make(service.url),
      service: {
        become: (next) => {
          mode = next
        },
        accepted: () =>
          service.received
            .filter(({ answered }) => answered === 200)
            .map(({ body }) => ({ parts: partsOf(body) })),
        attempts: () => service.received.length,
        connections: () => service.connections,
      },
      secrets: [`${service.url}${path}`, 'a-secret-token'],
      unreachable: async () => {
        const stopped = await startHttpService()
        await stopped.stop()
        return make(stopped.url)
      },
      cleanup: () => service.stop(),
    }
  },
})
