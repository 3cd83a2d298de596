import { HoldfastError, isHoldfastError } from '@holdfast/plugin'
import { kindOf, type Kind } from './kinds.ts'
import { hintFor, type Configured } from './hints.ts'
import type { Operation } from './permissions.ts'
import { type SdkError, sdkError } from './sdk-error.ts'

/** What a call was for. */
export interface Target {
  operation: Operation
  /** Such as s3://bucket/key, for messages. */
  location: string
}

const doing: Record<Operation, string> = {
  PutObject: 'store',
  CreateMultipartUpload: 'begin to store',
  UploadPart: 'store a part of',
  CompleteMultipartUpload: 'complete',
  AbortMultipartUpload: 'abort the upload of',
  HeadObject: 'look at',
  GetObject: 'read',
  DeleteObject: 'remove',
  ListObjectsV2: 'list',
  ListMultipartUploads: 'list the unfinished uploads of',
}

/** An error of the SDK or the network as one of the family, with nothing in it that the store may have echoed. */
export function failure(target: Target, cause: unknown, configured: Configured): HoldfastError {
  if (isHoldfastError(cause)) return cause
  const error = sdkError(cause)
  const kind = kindOf(error, target.operation, configured.service.endpoint)
  return new HoldfastError(
    kind.code,
    `could not ${doing[target.operation]} ${target.location}: ${what(kind, error)}`,
    {
      hint: hintFor(kind, target.operation, configured),
      retryable: kind.retryable === true,
      retryAfterMs: retryAfterMs(error),
      cause: withoutEcho(error),
    },
  )
}

/** True for credentials that were good once. */
export function isExpired(cause: unknown): boolean {
  return /^(?:ExpiredToken(?:Exception)?|TokenRefreshRequired)$/.test(sdkError(cause).name)
}

/** The HTTP status of an answer that the SDK took for an error. */
export function statusOf(cause: unknown): number | undefined {
  return sdkError(cause).$metadata?.httpStatusCode
}

/** The same, of the cause of an error of the family. */
export function statusIn(cause: unknown): number | undefined {
  return cause instanceof Error && 'status' in cause && typeof cause.status === 'number'
    ? cause.status
    : undefined
}

export function nameOf(cause: unknown): string {
  return sdkError(cause).name
}

function what(kind: Kind, { name, message, code, $metadata }: SdkError): string {
  const known = typeof code === 'string' ? code : name
  // Answers to HEAD have no body, and then the SDK has no name for them.
  const label = /^(?:Error|Unknown|UnknownError|\d+)$/.test(known)
    ? `HTTP ${$metadata?.httpStatusCode}`
    : known
  const said =
    kind.what ?? (message === '' || message.startsWith('Unknown') ? 'the store gave no reason' : message)
  return `${said} (${label})`
}

function retryAfterMs({ $response }: SdkError): number | undefined {
  const seconds = Number($response?.headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
}

// An error of the SDK carries every field of the answer, among them the request as the store saw it, with its token.
function withoutEcho({ name, message, code, $metadata }: SdkError): Error {
  const cause = new Error(message)
  cause.name = name
  return Object.assign(cause, {
    ...(typeof code === 'string' && { code }),
    ...($metadata?.httpStatusCode !== undefined && { status: $metadata.httpStatusCode }),
  })
}
