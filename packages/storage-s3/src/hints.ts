import type { Kind } from './kinds.ts'
import type { S3Options } from './options.ts'
import { keyActions, statementFor, type Operation } from './permissions.ts'
import type { Service } from './service.ts'

/** What the storage was made with. */
export interface Configured {
  options: S3Options
  service: Service
}

/** What to do next, with the values at hand. */
export function hintFor(
  kind: Kind,
  operation: Operation,
  { options, service }: Configured,
): string | undefined {
  const { bucket } = options
  const endpoint = service.endpoint ?? 'AWS'
  switch (kind.about) {
    case 'http-endpoint':
      return `Nothing speaks TLS at ${endpoint}: write http:// if it is a store of your own on a network of your own.`
    case 'redirect':
      return `Set endpoint to where the bucket ${bucket} really is.`
    case 'archived':
      return 'Bring it back first: aws s3api restore-object. Keep backups in a class that can be read at once.'
    case 'key':
      return `Allow ${keyActions(operation)} on the key ${keyOf(options)} to this user, in its policy and in that of the key.`
    case 'lock-missing':
      return `The bucket ${bucket} was made without Object Lock: turn it on, or leave objectLock out.`
    case 'old-store':
      return 'The store does not know this request: try checksum: whenRequired, createOnly: checked and forcePathStyle: true, and leave out what it does not have.'
    case 'host':
      return service.endpoint === undefined
        ? 'Check the network and the region.'
        : `Check the endpoint ${endpoint}${service.forcePathStyle ? '' : '; forcePathStyle: true keeps the bucket out of the host name'}.`
    case undefined:
      return hintsByCode[kind.code]?.(kind, operation, { options, service })
  }
}

type Hint = (kind: Kind, operation: Operation, configured: Configured) => string

const hintsByCode: Partial<Record<Kind['code'], Hint>> = {
  STORAGE_PERMISSION: (_kind, operation, { options }) =>
    `Allow it in the policy of this user: ${statementFor(operation, options)}. The README of @holdfast/storage-s3 has whole policies.`,
  STORAGE_BUCKET_MISSING: (_kind, _operation, { options, service }) =>
    `Check the name ${options.bucket}, the account and the endpoint (${service.endpoint ?? 'AWS'}); Holdfast never makes a bucket.`,
  STORAGE_REGION: ({ region }, _operation, { options }) =>
    region === undefined
      ? `Set region to that of the bucket: aws s3api get-bucket-location --bucket ${options.bucket}`
      : `Set region: ${region} in the options of the storage, or AWS_REGION=${region}.`,
  STORAGE_CREDENTIALS: (_kind, _operation, { options }) =>
    `They come from ${originOf(options)}. See whose they are: aws sts get-caller-identity`,
  STORAGE_CLOCK_SKEW: () =>
    'Set the clock of this machine: timedatectl set-ntp true. Requests are good for 15 minutes.',
  STORAGE_TIMEOUT: (_kind, _operation, { options, service }) =>
    `Check the network to ${service.endpoint ?? 'AWS'}; requestTimeoutMs (${options.requestTimeoutMs}) says how long to wait.`,
  STORAGE_TLS: () =>
    'Check the endpoint and its certificate; for an authority of your own set NODE_EXTRA_CA_CERTS.',
  STORAGE_THROTTLED: () => 'Run again later, run fewer jobs at the same time, or lower partsInFlight.',
  STORAGE_LOCKED: () => 'Nothing is to be done: a later prune deletes it once its lock has ended.',
}

function originOf({ credentials, profile }: S3Options): string {
  if (credentials !== undefined) return 'credentials in the options of the storage'
  if (profile !== undefined) return `the profile ${profile} of ~/.aws`
  return 'the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE, a web identity), ~/.aws, the container or the instance'
}

function keyOf({ serverSideEncryption: asked }: S3Options): string {
  return (asked?.algorithm === 'aws:kms' ? asked.kmsKeyId : undefined) ?? 'of the bucket'
}
