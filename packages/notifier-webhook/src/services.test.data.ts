import { type HttpBehaviour, type HttpService, startHttpService } from '@holdfast/lab'
import type { Notifier } from '@holdfast/plugin'
import {
  type AcceptedMessage,
  type NotifierUnderTest,
  retryAfterMs,
  type ServiceMode,
} from '@holdfast/testkit'
import webhook from './index.ts'

export const signingSecret = `whsec_${Buffer.from('a key of thirty-two bytes, no more').toString('base64')}`
export const path = '/in/a-secret-token'

/** How most services do it. */
const behaviours: Readonly<Record<ServiceMode, HttpBehaviour>> = {
  accept: { does: 'answer', status: 202 },
  slow: { does: 'answer', status: 202, delayMs: 300 },
  refuse: { does: 'answer', status: 404, body: 'not found' },
  credentials: { does: 'answer', status: 401, body: 'unauthorized' },
  unavailable: { does: 'answer', status: 503 },
  'rate-limit': { does: 'answer', status: 429, headers: { 'retry-after': String(retryAfterMs / 1000) } },
  hang: { does: 'hang' },
  drop: { does: 'reset' },
}

export interface Way {
  options: (base: string) => object
  secrets: string[]
  behaviours?: Partial<Record<ServiceMode, HttpBehaviour>>
  modes?: ServiceMode[]
  messageOf: (body: string, headers: Record<string, string>) => AcceptedMessage
}

export function notifierFor(options: object): Notifier {
  const context = { name: 'webhook', job: 'shop', baseDirectory: '/' }
  return webhook.create(webhook.parseOptions(options), context)
}

/** A notifier of a preset and a service for it, as the conformance suite wants them. */
export async function underTest({
  options,
  secrets,
  behaviours: own,
  modes,
  messageOf,
}: Way): Promise<NotifierUnderTest> {
  const service: HttpService = await startHttpService()
  return {
    notifier: notifierFor(options(service.url)),
    service: {
      become: (mode) => service.behave(own?.[mode] ?? behaviours[mode]),
      accepted: () =>
        service.received
          .filter(({ answered = 500 }) => answered < 300)
          .map(({ body, headers }) => messageOf(body, headers)),
      attempts: () => service.received.length,
      connections: () => service.connections,
      ...(modes !== undefined && { modes }),
    },
    secrets: [...secrets, `${service.url}${path}`],
    unreachable: async () => {
      const stopped = await startHttpService()
      await stopped.stop()
      return notifierFor(options(stopped.url))
    },
    cleanup: () => service.stop(),
  }
}
