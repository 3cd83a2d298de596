import { mailAddressProblem } from '@holdfast/message'
import { optionsFrom, Secret } from '@holdfast/plugin'
import { z } from 'zod'
import { findProblems } from './options-rules.ts'
import { isServerUrl } from './server.ts'

/** How the connection is secured: from the first byte, by STARTTLS before anything is said, or not at all. */
export type Tls = 'implicit' | 'starttls' | 'none'

/** What nodemailer needs for XOAUTH2: an access token, or what it gets one with. */
export interface OAuth2Options {
  user: string
  accessToken?: Secret | undefined
  clientId?: string | undefined
  clientSecret?: Secret | undefined
  refreshToken?: Secret | undefined
  /** Where access tokens come from; Google's unless set. */
  accessUrl?: string | undefined
  /** For a service account, in place of client and refresh token. */
  serviceClient?: string | undefined
  privateKey?: Secret | undefined
}

export interface SmtpOptions {
  /** `smtp://user:password@host:port` or `smtps://…`, in place of host, port, tls, user and password. */
  url?: Secret | undefined
  host?: string | undefined
  /** 465 for implicit TLS, 587 for STARTTLS and 25 without TLS unless set. */
  port?: number | undefined
  /** `starttls` unless set; `implicit` for port 465, and `none` for this machine itself. */
  tls?: Tls | undefined
  /** A PEM file of authorities that are trusted besides the public ones. Relative to the configuration file. */
  caFile?: string | undefined
  user?: string | undefined
  password?: Secret | undefined
  oauth2?: OAuth2Options | undefined
  from: string
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo?: string | undefined
  /** How long connecting may take, and then the server's greeting. */
  connectTimeoutMs: number
  /** How long the server may say nothing. */
  answerTimeoutMs: number
}

const text = z.string().min(1, 'must not be empty')
const secret = text.transform((value) => new Secret(value))
const address = z.string().superRefine(refuseAddress)
const addresses = z
  .union([z.string(), z.array(z.string())])
  .superRefine((value, context) => {
    if (typeof value === 'string') refuseAddress(value, context)
    else for (const [at, one] of value.entries()) refuseAddress(one, context, [at])
  })
  .transform((value) => (typeof value === 'string' ? [value] : value))
const timeoutMs = z.int().min(100).max(600_000)

const schema = z
  .strictObject({
    url: text
      .refine(isServerUrl, {
        abort: true,
        error: 'must be smtp://user:password@host:port or smtps://…, without a path or parameters',
      })
      .transform((value) => new Secret(value))
      .optional()
      .describe(
        'smtp://user:password@host:port or smtps://…, in place of host, port, tls, user and password. Keep it in a variable.',
      ),
    host: text.optional().describe('The mail server.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('465 for implicit TLS, 587 for STARTTLS and 25 without TLS unless set.'),
    tls: z
      .enum(['implicit', 'starttls', 'none'])
      .optional()
      .describe(
        'implicit (from the first byte), starttls (required, not just tried) or none. starttls unless set; implicit for port 465 and none for this machine itself.',
      ),
    caFile: text
      .optional()
      .describe(
        'A PEM file with the certificate of an authority of your own, trusted besides the public ones; relative to the configuration file.',
      ),
    user: text.optional().describe('Who logs in. Without it nobody does.'),
    password: secret.optional().describe('Keep it in a variable or a file.'),
    oauth2: z
      .strictObject({
        user: text.describe('The mailbox.'),
        accessToken: secret.optional().describe('A token that is good for now.'),
        clientId: text.optional().describe('Of the application, to get tokens with a refreshToken.'),
        clientSecret: secret.optional().describe('Of the application.'),
        refreshToken: secret.optional().describe('What access tokens are made with.'),
        accessUrl: text
          .refine((value) => URL.parse(value)?.protocol === 'https:', 'must be an https URL')
          .optional()
          .describe("Where access tokens come from; Google's unless set."),
        serviceClient: text
          .optional()
          .describe('For a service account, in place of client and refresh token.'),
        privateKey: secret.optional().describe('Of the service account, as PEM.'),
      })
      .optional()
      .describe('Logs in with XOAUTH2: an accessToken, or what one is made with.'),
    from: address.describe(
      'The sender. A name may stand before the address, which is then in angle brackets.',
    ),
    to: addresses.describe('Who gets the mail: an address or a list of them.'),
    cc: addresses.default([]).describe('Who gets a copy.'),
    bcc: addresses.default([]).describe('Who gets one without being named in it.'),
    replyTo: address.optional().describe('Where answers go.'),
    connectTimeoutMs: timeoutMs
      .default(10_000)
      .describe("How long connecting may take, and then the server's greeting, in milliseconds."),
    answerTimeoutMs: timeoutMs
      .default(20_000)
      .describe('How long the server may say nothing, in milliseconds.'),
  })
  .superRefine((options, context) => {
    for (const { path, message } of findProblems(options)) context.addIssue({ code: 'custom', path, message })
  })

function refuseAddress(value: string, context: z.RefinementCtx, path: number[] = []): void {
  const message = mailAddressProblem(value)
  if (message !== undefined) context.addIssue({ code: 'custom', path, message })
}

export const parseOptions: (input: unknown) => SmtpOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}
