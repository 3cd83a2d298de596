import type { ErrorCode } from '@holdfast/plugin'
import type { Operation } from './permissions.ts'
import type { SdkError } from './sdk-error.ts'

/** What went wrong, in the words of Holdfast. */
export interface Kind {
  code: ErrorCode
  /** In place of what the store said, where that says too little. */
  what?: string
  retryable?: boolean
  /** What hints.ts has more to say about. */
  about?: 'http-endpoint' | 'redirect' | 'archived' | 'key' | 'lock-missing' | 'old-store' | 'host'
  /** Where the bucket really is, where the store says so. */
  region?: string
}

/** The codes of S3 and of the services that give credentials. */
const named: Readonly<Record<string, Kind>> = {
  ...each(['AccessDenied', 'AllAccessDisabled', 'AccountProblem', 'Forbidden', 'MethodNotAllowed'], {
    code: 'STORAGE_PERMISSION',
  }),
  ...each(['NoSuchBucket'], { code: 'STORAGE_BUCKET_MISSING' }),
  ...each(
    [
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'InvalidToken',
      'InvalidSecurity',
      'NotSignedUp',
      'ExpiredToken',
      'ExpiredTokenException',
      'TokenRefreshRequired',
      'CredentialsProviderError',
      'TokenProviderError',
      'UnrecognizedClientException',
      'InvalidClientTokenId',
      'InvalidIdentityToken',
      'IDPRejectedClaim',
    ],
    { code: 'STORAGE_CREDENTIALS' },
  ),
  ...each(['RequestTimeTooSkewed', 'RequestExpired'], { code: 'STORAGE_CLOCK_SKEW' }),
  ...each(
    [
      'SlowDown',
      'Throttling',
      'ThrottlingException',
      'TooManyRequests',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'BandwidthLimitExceeded',
      'ServiceUnavailable',
    ],
    { code: 'STORAGE_THROTTLED', retryable: true },
  ),
  ...each(['InternalError', 'InternalServerError'], { code: 'STORAGE_UNAVAILABLE', retryable: true }),
  ...each(['RequestTimeout', 'TimeoutError', 'ETIMEDOUT', 'ESOCKETTIMEDOUT'], {
    code: 'STORAGE_TIMEOUT',
    retryable: true,
  }),
  ...each(['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'], {
    code: 'STORAGE_CHECKSUM',
    retryable: true,
  }),
  ...each(['PreconditionFailed'], { code: 'STORAGE_EXISTS' }),
  ...each(['ConditionalRequestConflict', 'OperationAborted'], {
    code: 'STORAGE_UNAVAILABLE',
    what: 'another request for the same object was going on',
    retryable: true,
  }),
  ...each(
    ['QuotaExceeded', 'StorageFull', 'XMinioStorageFull', 'InsufficientCapacity', 'UserQuotaExceeded'],
    {
      code: 'STORAGE_FULL',
    },
  ),
  ...each(['EntityTooLarge'], { code: 'STORAGE_TOO_LARGE' }),
  ...each(['InvalidRange'], { code: 'STORAGE_RANGE' }),
  ...each(['NoSuchKey'], { code: 'STORAGE_NOT_FOUND', what: 'it is not there' }),
  ...each(['KeyTooLongError'], { code: 'STORAGE_KEY_INVALID' }),
  NoSuchUpload: {
    code: 'STORAGE_UNAVAILABLE',
    what: 'its upload is not there any more: somebody else ended it, or a lifecycle rule did',
    retryable: true,
  },
  InvalidObjectState: { code: 'STORAGE_UNAVAILABLE', what: 'it is archived', about: 'archived' },
  ObjectLocked: { code: 'STORAGE_LOCKED' },
  ObjectLockConfigurationNotFoundError: { code: 'STORAGE_FAILED', about: 'lock-missing' },
  NotImplemented: { code: 'STORAGE_FAILED', about: 'old-store' },
  MissingContentLength: { code: 'STORAGE_FAILED', about: 'old-store' },
  ENOTFOUND: { code: 'STORAGE_UNAVAILABLE', what: 'there is no host of this name', about: 'host' },
  EAI_AGAIN: {
    code: 'STORAGE_UNAVAILABLE',
    what: 'names of hosts can not be looked up now',
    retryable: true,
  },
  ...each(['ECONNREFUSED'], {
    code: 'STORAGE_UNAVAILABLE',
    what: 'nobody listens there',
    retryable: true,
    about: 'host',
  }),
  ...each(
    [
      'ECONNRESET',
      'EPIPE',
      'ECONNABORTED',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENETDOWN',
      'EHOSTDOWN',
      'ERR_STREAM_PREMATURE_CLOSE',
    ],
    {
      code: 'STORAGE_UNAVAILABLE',
      what: 'the connection broke',
      retryable: true,
    },
  ),
}

export function kindOf(error: SdkError, operation: Operation, endpoint: string | undefined): Kind {
  const { name, message } = error
  const code = typeof error.code === 'string' ? error.code : ''
  const status = error.$metadata?.httpStatusCode ?? 0
  const region = regionIn(error)
  const location = error.$response?.headers?.['location'] ?? ''

  if (isTls(code))
    return /WRONG_VERSION|EPROTO/.test(code)
      ? { code: 'STORAGE_TLS', about: 'http-endpoint' }
      : { code: 'STORAGE_TLS' }
  if (endpoint?.startsWith('https:') === true && location.startsWith('http:')) {
    return { code: 'STORAGE_TLS', what: 'it redirects from https to plain http, which is refused' }
  }
  if (region !== undefined && (status === 301 || status === 307 || status === 400)) {
    return { code: 'STORAGE_REGION', what: `the bucket is in ${region}`, region }
  }
  if (/^(?:PermanentRedirect|IllegalLocationConstraintException|IncorrectEndpoint)$/.test(name)) {
    return { code: 'STORAGE_REGION' }
  }
  if (name === 'AuthorizationHeaderMalformed') {
    return { code: /region/i.test(message) ? 'STORAGE_REGION' : 'STORAGE_CREDENTIALS' }
  }
  if (
    status === 403 &&
    operation === 'DeleteObject' &&
    /object lock|worm|retention|legal hold|immutab/i.test(message)
  ) {
    return { code: 'STORAGE_LOCKED' }
  }
  if (name === 'InvalidRequest' && /ObjectLock|Object Lock/.test(message)) {
    return { code: 'STORAGE_FAILED', about: 'lock-missing' }
  }
  if (name.startsWith('KMS.') || (name === 'AccessDenied' && /kms:/.test(message))) {
    return { code: 'STORAGE_PERMISSION', about: 'key' }
  }
  // The SDK gives broken connections the name of a timeout.
  return named[code] ?? named[name] ?? ofStatus(status) ?? { code: 'STORAGE_FAILED' }
}

function ofStatus(status: number): Kind | undefined {
  if (status >= 300 && status < 400) {
    return { code: 'STORAGE_UNAVAILABLE', what: 'it redirects elsewhere', about: 'redirect' }
  }
  if (status === 401 || status === 403) {
    return { code: 'STORAGE_PERMISSION', what: 'the store refused it and gave no reason' }
  }
  if (status === 404) return { code: 'STORAGE_NOT_FOUND', what: 'it is not there' }
  if (status === 412) return { code: 'STORAGE_EXISTS' }
  if (status === 416) return { code: 'STORAGE_RANGE' }
  if (status === 429 || status === 503) return { code: 'STORAGE_THROTTLED', retryable: true }
  if (status === 507) return { code: 'STORAGE_FULL' }
  if (status === 501) return { code: 'STORAGE_FAILED', about: 'old-store' }
  if (status >= 500) return { code: 'STORAGE_UNAVAILABLE', retryable: true }
  return undefined
}

function regionIn({ name, message, Region, $response }: SdkError): string | undefined {
  const told = $response?.headers?.['x-amz-bucket-region']
  if (told !== undefined) return told
  if (typeof Region === 'string' && name === 'AuthorizationHeaderMalformed') return Region
  return /expecting '([a-z0-9-]+)'/.exec(message)?.[1]
}

function isTls(code: string): boolean {
  return /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|EPROTO$)/.test(
    code,
  )
}

function each(names: readonly string[], kind: Kind): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, kind]))
}
