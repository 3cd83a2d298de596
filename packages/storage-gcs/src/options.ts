import { optionsFrom } from '@holdfast/plugin'
import { z } from 'zod'
import { readCredentials, type GcsCredentials } from './credentials.ts'
import { whyUnusable } from './keys.ts'

export interface GcsOptions {
  bucket: string
  /** Where in the bucket, without a slash at its end; empty for the whole of it. */
  prefix: string
  /** A file of credentials that Google issued. Relative to the configuration file. */
  keyFile?: string | undefined
  credentials?: GcsCredentials | undefined
  /** Another address than https://storage.googleapis.com. */
  apiEndpoint?: string | undefined
  /** Whether requests carry a token; undefined for what the endpoint and the credentials suggest. */
  authenticate?: boolean | undefined
  kmsKeyName?: string | undefined
  storageClass?: 'STANDARD' | 'NEARLINE' | 'COLDLINE' | 'ARCHIVE' | undefined
  metadata: Record<string, string>
  retention?: { mode: 'locked' | 'unlocked'; days: number } | undefined
  temporaryHold: boolean
  /** How much is sent at once, in bytes. Twice this is held in memory. */
  partBytes: number
  /** How long one request may take, or stand still where it carries an object, in milliseconds. */
  requestTimeoutMs: number
  /** How often a request is made at most, the first time included. */
  maxAttempts: number
  /** What to do where the service took an object and ignored what was asked of it. */
  ignored: 'error' | 'warn'
}

/** What the service takes of an upload before its last part is a multiple of this, in bytes. */
const partQuantumBytes = 262_144

const prefix = z
  .string()
  .transform((text) => text.replace(/\/+$/, ''))
  .refine((text) => text === '' || whyUnusable(text) === undefined, {
    error: (issue) => whyUnusable(String(issue.input)) ?? 'can not be used',
  })

const endpoint = z
  .string()
  .transform((text) => text.replace(/\/+$/, ''))
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must be an http or https address')
  .refine((text) => {
    const url = URL.parse(text)
    return url === null || `${url.username}${url.password}${url.search}${url.hash}` === ''
  }, 'must hold no credentials, ? or #')

const credentials = z.string().transform((text, context) => {
  const read = readCredentials(text)
  if (typeof read !== 'string') return read
  context.addIssue({ code: 'custom', message: read })
  return z.NEVER
})

const schema = z.strictObject({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/, 'is not the name of a bucket')
    .describe('The bucket. Holdfast never makes one.'),
  prefix: prefix.default('').describe('Where in the bucket, such as backups/shop.'),
  keyFile: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe(
      'A file of credentials that Google issued: a service account key or a workload identity configuration, relative to the configuration file. Without it and credentials, the application default credentials are used.',
    ),
  credentials: credentials
    .optional()
    .describe('What such a file holds, as JSON. Take it from a variable or a file.'),
  apiEndpoint: endpoint.optional().describe('Another address than https://storage.googleapis.com.'),
  authenticate: z
    .boolean()
    .optional()
    .describe(
      'Whether requests carry a token. By default they do at googleapis.com, and elsewhere where keyFile or credentials are given.',
    ),
  kmsKeyName: z
    .string()
    .regex(
      /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/,
      'must be projects/…/locations/…/keyRings/…/cryptoKeys/…, without a version',
    )
    .optional()
    .describe('The Cloud KMS key to encrypt with.'),
  storageClass: z
    .enum(['STANDARD', 'NEARLINE', 'COLDLINE', 'ARCHIVE'])
    .optional()
    .describe('The storage class of each object, instead of that of the bucket.'),
  metadata: z
    .record(
      z.string().regex(/^[A-Za-z0-9._-]+$/, 'must have letters, digits, dots, dashes and underscores only'),
      z.string(),
    )
    .default({})
    .describe('What to write beside each object, besides backup-date and job.'),
  retention: z
    .strictObject({
      mode: z.enum(['locked', 'unlocked']).describe('locked: nobody can shorten it.'),
      days: z.int().min(1, 'must be at least 1').describe('For how long, from the upload on.'),
    })
    .optional()
    .describe(
      'Keeps each object from being deleted or replaced for so many days. The bucket has to allow it.',
    ),
  temporaryHold: z
    .boolean()
    .default(false)
    .describe('Keeps each object from being deleted or replaced until somebody releases it.'),
  partBytes: z
    .int()
    .min(partQuantumBytes)
    .refine((bytes) => bytes % partQuantumBytes === 0, `must be a multiple of ${partQuantumBytes}`)
    .default(16_777_216)
    .describe('How much is sent at once. Twice this is held in memory.'),
  requestTimeoutMs: z.int().min(1).default(60_000).describe('How long one request may take.'),
  maxAttempts: z.int().min(1).default(5).describe('How often a request is made at most.'),
  ignored: z
    .enum(['error', 'warn'])
    .default('error')
    .describe('What to do where the service took an object and ignored what was asked of it.'),
})

const checked = schema.refine(
  ({ keyFile, credentials: given }) => keyFile === undefined || given === undefined,
  { path: ['keyFile'], message: 'and credentials can not both be given' },
)

export const parseOptions: (input: unknown) => GcsOptions = optionsFrom(checked)

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}
