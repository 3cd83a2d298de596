import { optionsFrom, Secret } from '@holdfast/plugin'
import { z } from 'zod'
import { mostPartBytes } from './parts.ts'
import {
  bucketName,
  endpointUrl,
  metadataKey,
  metadataValue,
  prefixKey,
  readableClass,
  tagText,
} from './texts.ts'

/** The least that S3 takes for a part that is not the last, in bytes. */
export const leastPartBytes = 5 << 20

const credentials = z.strictObject({
  accessKeyId: secret().describe(
    'The access key. Better: ${NAME} of an environment variable or ${file:PATH}.',
  ),
  secretAccessKey: secret().describe('The secret key.'),
  sessionToken: secret().optional().describe('The token of temporary credentials.'),
})

const encryption = z.discriminatedUnion('algorithm', [
  z.strictObject({ algorithm: z.literal('AES256') }),
  z.strictObject({
    algorithm: z.literal('aws:kms'),
    kmsKeyId: z
      .string()
      .min(1)
      .optional()
      .describe('A key by ARN, id or alias; the default is that of the account.'),
  }),
])

const encryptionName = z
  .enum(['AES256', 'aws:kms'])
  .transform((algorithm): z.output<typeof encryption> =>
    algorithm === 'AES256' ? { algorithm } : { algorithm },
  )

const schema = z.strictObject({
  bucket: bucketName.describe('The bucket. It must be there: Holdfast never makes one.'),
  prefix: prefixKey.default('').describe('What the keys of all objects start with, without the last slash.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must be the name of a region, such as eu-central-1')
    .optional()
    .describe(
      'The region of the bucket. Default: AWS_REGION, AWS_DEFAULT_REGION, the profile; with an endpoint of its own us-east-1.',
    ),
  endpoint: endpointUrl
    .optional()
    .describe(
      'The URL of a store that is not AWS. Default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS itself.',
    ),
  forcePathStyle: z
    .boolean()
    .optional()
    .describe(
      'Whether the bucket stands in the path and not in the host name. Default: true with an endpoint of its own.',
    ),
  credentials: credentials
    .optional()
    .describe(
      'Default: what the AWS SDK finds in the environment, ~/.aws, web identity, the container or the instance.',
    ),
  profile: z
    .string()
    .min(1)
    .optional()
    .describe('The profile of ~/.aws/config and ~/.aws/credentials to use.'),
  serverSideEncryption: z
    .union([encryptionName, encryption], {
      error: 'must be AES256, aws:kms, or { algorithm: aws:kms, kmsKeyId: … }',
    })
    .optional()
    .describe('AES256, aws:kms, or { algorithm: aws:kms, kmsKeyId: … }. Read back from each object.'),
  storageClass: readableClass
    .optional()
    .describe('Such as STANDARD_IA or GLACIER_IR. Read back from each object.'),
  metadata: z
    .record(metadataKey, metadataValue)
    .default({})
    .describe('What is written to each object beside backup-date and job.'),
  tags: z
    .record(tagText(128), tagText(256))
    .default({})
    .refine((tags) => Object.keys(tags).length <= 10, 'must be 10 at most')
    .describe('Tags of each object.'),
  checksum: z
    .enum(['sha256', 'crc32', 'whenRequired'])
    .optional()
    .describe(
      'What is sent with each object or part for the store to check. Default: crc32 for AWS, whenRequired with an endpoint of its own.',
    ),
  objectLock: z
    .strictObject({
      mode: z
        .enum(['GOVERNANCE', 'COMPLIANCE'])
        .describe('GOVERNANCE can be lifted by whoever has the right to; COMPLIANCE by nobody.'),
      days: z.int().min(1).max(36_500).describe('How long each object can not be deleted, in days.'),
    })
    .optional()
    .describe('Locks each object; the bucket must have been made for it. Read back from each object.'),
  createOnly: z
    .enum(['auto', 'atomic', 'checked'])
    .default('auto')
    .describe(
      'What create-only writes are worth. auto: atomic on AWS, or once the store has refused one; atomic: this store honours If-None-Match; checked: do not ask it to.',
    ),
  ignored: z
    .enum(['error', 'warn'])
    .default('error')
    .describe('What it means when the store silently ignored encryption, lock or class.'),
  partBytes: z
    .int()
    .min(leastPartBytes)
    .max(mostPartBytes)
    .default(8 << 20)
    .describe(
      'The size of the first parts, in bytes. It grows with the size of the last backup, and late in a very large one.',
    ),
  partsInFlight: z.int().min(1).max(64).default(4).describe('How many parts are sent at the same time.'),
  requestTimeoutMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(30_000)
    .describe('How long a connection may stay silent, in milliseconds.'),
  maxAttempts: z.int().min(1).max(100).default(5).describe('How often each request is sent at most.'),
})

export type S3Options = z.output<typeof schema>

const parse = optionsFrom(
  schema.refine(({ credentials: own, profile }) => own === undefined || profile === undefined, {
    path: ['profile'],
    message: 'and credentials exclude each other',
  }),
)

export function parseOptions(input: unknown): S3Options {
  return parse(input)
}

export function optionsSchema(): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' })
}

function secret(): z.ZodPipe<z.ZodString, z.ZodTransform<Secret, string>> {
  return z
    .string()
    .min(1, 'must not be empty')
    .transform((value) => new Secret(value))
}
