import { connectionOptions, secretAddress, secretText, type ConnectionOptions } from '@holdfast/http-delivery'
import { cleanText } from '@holdfast/message'
import type { Secret } from '@holdfast/plugin'
import { z } from 'zod'
import { isSigningSecret, signatureHeaders } from '../sign.ts'
import type { Preset } from './preset.ts'

export interface JsonOptions extends ConnectionOptions {
  preset: 'json'
  url: Secret
  /** `whsec_` and 24 to 64 bytes in base64. */
  secret: Secret
  method: 'POST' | 'PUT'
  headers: Record<string, Secret>
}

/** Longer texts lose their middle: most receivers take no more than 1 MB, and an error may be of any length. */
const mostCharacters = 20_000

const ownHeaders =
  /^(?:connection|content-length|content-type|expect|host|transfer-encoding|upgrade|webhook-.*)$/i

const header = z
  .string()
  .min(1, 'must not be empty')
  .regex(/^[\t\x20-\x7e]*$/, 'must be of printable ASCII characters on one line')
  .pipe(secretText())

function problemOfName(name: string): string | undefined {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) return 'is not the name of a header'
  return ownHeaders.test(name) ? 'is set by Holdfast' : undefined
}

export const jsonSchema = z.strictObject({
  preset: z
    .literal('json')
    .default('json')
    .describe('The whole notification with its report, signed as standardwebhooks.com has it.'),
  url: secretAddress().describe('Where it is sent: https, or http on this machine. Kept secret.'),
  secret: secretText()
    .refine((secret) => isSigningSecret(secret.reveal()), {
      message: 'must be whsec_ and 24 to 64 bytes in base64: echo "whsec_$(openssl rand -base64 32)"',
    })
    .describe(
      'The key that messages are signed with, as `whsec_` and 24 to 64 bytes in base64. Kept secret.',
    ),
  method: z.enum(['POST', 'PUT']).default('POST').describe('The HTTP method.'),
  headers: z
    .record(z.string(), header)
    .superRefine((headers, context) => {
      for (const name of Object.keys(headers)) {
        const message = problemOfName(name)
        if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message })
      }
    })
    .default({})
    .describe('More headers, such as Authorization. Their values are kept secret.'),
  ...connectionOptions,
})

export const jsonPreset: Preset<JsonOptions> = {
  service: 'the webhook',
  outgoing({ url, secret, method, headers }, notification) {
    const { event, at, id, test } = notification
    // A receiver that goes by the type must not take a test for the real thing.
    const type = test ? 'test' : event
    const body = JSON.stringify({ type, timestamp: at, data: shortened(notification) })
    const own = Object.entries(headers).map(([name, value]) => [name, value.reveal()] as const)
    return {
      address: url,
      method,
      headers: {
        ...Object.fromEntries(own),
        'content-type': 'application/json',
        ...signatureHeaders(id, new Date(), body, secret),
      },
      body,
      secrets: [secret, ...Object.values(headers)],
    }
  },
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string')
    return value.length <= mostCharacters ? value : cleanText(value, mostCharacters)
  if (Array.isArray(value)) return value.map(shortened)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]))
}
