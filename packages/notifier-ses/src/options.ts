import { mailAddressProblem } from '@holdfast/message'
import { optionsFrom, Secret } from '@holdfast/plugin'
import { z } from 'zod'

export interface SesOptions {
  /** Of the identity; AWS_REGION, AWS_DEFAULT_REGION or the profile say it unless set. */
  region?: string | undefined
  /** In place of AWS itself. */
  endpoint?: string | undefined
  credentials?:
    | { accessKeyId: Secret; secretAccessKey: Secret; sessionToken?: Secret | undefined }
    | undefined
  /** The profile of ~/.aws/config and ~/.aws/credentials to use. */
  profile?: string | undefined
  /** The sender: an identity that SES has verified, or an address of its domain. */
  from: string
  /** The identity, where it belongs to somebody else who lets this account send. */
  identityArn?: string | undefined
  configurationSet?: string | undefined
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo?: string | undefined
  /** How long SES may take to answer. */
  requestTimeoutMs: number
}

/** What SES takes for one message. */
const mostRecipients = 50

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

const schema = z
  .strictObject({
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/, 'must be the name of a region, such as eu-central-1')
      .optional()
      .describe(
        'The region of the identity. Default: AWS_REGION, AWS_DEFAULT_REGION, the profile; with an endpoint of its own us-east-1.',
      ),
    endpoint: z
      .string()
      .refine(
        isEndpoint,
        'must be a URL such as https://email.example.com, without credentials, path or query',
      )
      .optional()
      .describe('A URL in place of AWS. Default: AWS_ENDPOINT_URL_SESV2, AWS_ENDPOINT_URL, or AWS itself.'),
    credentials: z
      .strictObject({
        accessKeyId: secret.describe(
          'The access key. Better: ${NAME} of an environment variable or ${file:PATH}.',
        ),
        secretAccessKey: secret.describe('The secret key.'),
        sessionToken: secret.optional().describe('The token of temporary credentials.'),
      })
      .optional()
      .describe(
        'Default: what the AWS SDK finds in the environment, ~/.aws, web identity, the container or the instance.',
      ),
    profile: text.optional().describe('The profile of ~/.aws/config and ~/.aws/credentials to use.'),
    from: address.describe('The sender: an identity that SES has verified, or an address of its domain.'),
    identityArn: z
      .string()
      .regex(/^arn:/, 'must be an ARN')
      .optional()
      .describe('The identity, where it belongs to an account that lets yours send.'),
    configurationSet: text.optional().describe('The configuration set of SES to send with.'),
    to: addresses.describe('Who gets the mail: an address or a list of them.'),
    cc: addresses.default([]).describe('Who gets a copy.'),
    bcc: addresses.default([]).describe('Who gets one without being named in it.'),
    replyTo: address.optional().describe('Where answers go.'),
    requestTimeoutMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(15_000)
      .describe('How long SES may take to answer, in milliseconds.'),
  })
  .superRefine(({ credentials, profile, to, cc, bcc }, context) => {
    const complain = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (credentials !== undefined && profile !== undefined)
      complain('profile', 'and credentials exclude each other')
    const recipients = to.length + cc.length + bcc.length
    if (recipients === 0) complain('to', 'must name somebody')
    if (recipients > mostRecipients)
      complain('to', `and cc and bcc name ${recipients} addresses; SES takes ${mostRecipients} at most`)
  })

export const parseOptions: (input: unknown) => SesOptions = optionsFrom(schema)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}

function refuseAddress(value: string, context: z.RefinementCtx, path: number[] = []): void {
  const message = mailAddressProblem(value)
  if (message !== undefined) context.addIssue({ code: 'custom', path, message })
}

function isEndpoint(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}
