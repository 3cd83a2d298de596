import { type SesBehaviour, startSes } from '@holdfast/lab'
import { type MessagePart, notifierSuite, type ServiceMode } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import ses from './index.ts'

const credentials = {
  accessKeyId: 'AKIDOFTHETESTS',
  secretAccessKey: 'wJalrXUtnFEMI/of-the-tests',
  sessionToken: 'FwoGZXIvYXdzEtoken',
}

function refusing(status: number, error: string, message: string): SesBehaviour {
  return { does: 'refuse', status, error, message }
}

/** How SES does it. */
const behaviours: Readonly<Record<ServiceMode, SesBehaviour | undefined>> = {
  accept: undefined,
  slow: { does: 'work', afterMs: 300 },
  refuse: refusing(400, 'MessageRejected', 'Email address is not verified.'),
  // SES repeats the request that it can't follow.
  credentials: refusing(
    403,
    'InvalidSignatureException',
    `The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\nx-amz-security-token:${credentials.sessionToken}`,
  ),
  unavailable: refusing(503, 'ServiceUnavailableException', 'try later'),
  'rate-limit': {
    does: 'refuse',
    status: 429,
    error: 'TooManyRequestsException',
    message: 'Maximum sending rate exceeded.',
    headers: { 'retry-after': '7' },
  },
  hang: { does: 'hang' },
  drop: { does: 'reset' },
}

notifierSuite({
  it,
  describe,
  async create() {
    const service = await startSes()
    const make = (endpoint: string) =>
      ses.create(
        ses.parseOptions({
          endpoint,
          region: 'eu-central-1',
          credentials,
          from: 'Backups <backups@example.com>',
          to: ['devops@example.com', 'dba@example.com'],
        }),
        { name: 'ses', job: 'shop', baseDirectory: '/' },
      )
    return {
      notifier: make(service.url),
      service: {
        become: (mode) => service.behave(behaviours[mode]),
        accepted: () =>
          service.sent.map(({ recipients, mail }) => ({
            parts: [
              { form: 'text', content: mail.text ?? '' },
              { form: 'html', content: mail.html ?? '' },
              { form: 'text', content: mail.subject ?? '' },
            ] satisfies MessagePart[],
            recipients,
            headers: mail.headers.map(({ key, value }) => [key, value] as const),
          })),
        attempts: () => service.requests(),
        connections: () => service.open(),
      },
      secrets: Object.values(credentials),
      unreachable: async () => {
        const stopped = await startSes()
        await stopped.stop()
        return make(stopped.url)
      },
      cleanup: () => service.stop(),
    }
  },
})
