import type { ErrorCode } from '@holdfast/plugin'
import type { Refusal } from './errors.ts'
import { Silence } from './send.ts'

/** What went wrong, in the words of Holdfast. */
export interface Kind {
  code: ErrorCode
  /** To be read behind what could not be done. */
  what: string
  retryable?: boolean
  /** What hints.ts has more to say about. */
  about?: 'key' | 'retention' | 'redirect' | 'requesterPays' | 'host'
  /** The permission that is missing, where the service names it. */
  permission?: string | undefined
}

/** An answer that is no success. Holds and retention are 403 like missing permissions, and told by their words. */
export function kindOfRefusal({ status, reason, message }: Refusal): Kind {
  const what = `${message} (HTTP ${status}${reason === '' ? '' : `, ${reason}`})`
  if (status >= 300 && status < 400) return { code: 'STORAGE_FAILED', what, about: 'redirect' }
  if (/rateLimitExceeded|quotaExceeded/i.test(reason) || status === 429)
    return { code: 'STORAGE_THROTTLED', what, retryable: true }
  switch (status) {
    case 400:
      return kindOf400(message, what)
    case 401:
      return { code: 'STORAGE_CREDENTIALS', what }
    case 403:
      return kindOf403(reason, message, what)
    case 404:
      return /bucket does not exist/i.test(message)
        ? { code: 'STORAGE_BUCKET_MISSING', what }
        : { code: 'STORAGE_NOT_FOUND', what }
    case 408:
      return { code: 'STORAGE_TIMEOUT', what, retryable: true }
    case 412:
      return { code: 'STORAGE_EXISTS', what }
    case 416:
      return { code: 'STORAGE_RANGE', what }
    default:
      return status >= 500
        ? { code: 'STORAGE_UNAVAILABLE', what, retryable: true }
        : { code: 'STORAGE_FAILED', what }
  }
}

function kindOf400(message: string, what: string): Kind {
  if (/doesn't match calculated|hash mismatch/i.test(message)) return { code: 'STORAGE_CHECKSUM', what }
  if (/requester pays/i.test(message)) return { code: 'STORAGE_PERMISSION', what, about: 'requesterPays' }
  if (/retention/i.test(message)) return { code: 'STORAGE_FAILED', what, about: 'retention' }
  if (/kms|cryptoKey/i.test(message)) return { code: 'STORAGE_PERMISSION', what, about: 'key' }
  if (/object name/i.test(message)) return { code: 'STORAGE_KEY_INVALID', what }
  return { code: 'STORAGE_FAILED', what }
}

function kindOf403(reason: string, message: string, what: string): Kind {
  const isKept =
    reason === 'objectUnderActiveHold' ||
    (reason === 'retentionPolicyNotMet' && !message.startsWith('Bucket ')) ||
    /is under active .+ hold /.test(message)
  if (isKept) return { code: 'STORAGE_LOCKED', what }
  if (/kms|cryptoKey/i.test(message)) return { code: 'STORAGE_PERMISSION', what, about: 'key' }
  const permission = /\bstorage\.[a-zA-Z.]+[a-zA-Z]\b/.exec(message)?.[0]
  return { code: 'STORAGE_PERMISSION', what, permission }
}

const unreachable: ReadonlySet<string> = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTCONN',
  'EPIPE',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
])

/** Something that happened before there was a whole answer. */
export function kindOfNetwork(cause: unknown, endpoint: string): Kind {
  const { code, message } = inside(cause)
  const what = code === '' ? message : `${message} (${code})`
  if (cause instanceof Silence) return { code: 'STORAGE_TIMEOUT', what: message, retryable: true }
  if (code === 'ETIMEDOUT') return { code: 'STORAGE_TIMEOUT', what, retryable: true }
  if (code === 'ENOTFOUND')
    return {
      code: 'STORAGE_UNAVAILABLE',
      what: `no address is known for ${new URL(endpoint).hostname} (${code})`,
      about: 'host',
    }
  if (unreachable.has(code)) return { code: 'STORAGE_UNAVAILABLE', what, retryable: true, about: 'host' }
  if (/CERT|SELF_SIGNED|UNABLE_TO|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code)) return { code: 'STORAGE_TLS', what }
  return { code: 'STORAGE_FAILED', what }
}

/** Something that happened while a token was asked for. */
export function kindOfSignIn(cause: unknown): Kind {
  const { code, message } = inside(cause)
  if (cause instanceof Silence)
    return { code: 'STORAGE_TIMEOUT', what: 'no token came in time', retryable: true }
  if (/reasonable timeframe|iat and exp/i.test(message))
    return {
      code: 'STORAGE_CLOCK_SKEW',
      what: 'the token service says that the clock of this machine is wrong',
    }
  const status = statusOf(cause)
  if (
    unreachable.has(code) ||
    code === 'ETIMEDOUT' ||
    (status !== undefined && (status >= 500 || status === 429))
  )
    return { code: 'STORAGE_UNAVAILABLE', what: `no token could be had (${code || status})`, retryable: true }
  if (/CERT|SELF_SIGNED|UNABLE_TO|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code))
    return { code: 'STORAGE_TLS', what: `no token could be had (${code})` }
  return { code: 'STORAGE_CREDENTIALS', what: whyNoToken(code, message) }
}

// Only what is known to hold no secret: libraries put keys, tokens and whole answers into their messages.
function whyNoToken(code: string, message: string): string {
  if (/Could not load the default credentials/.test(message)) return 'no credentials were found'
  if (code === 'ENOENT' || /does not exist/.test(message)) return 'the key file is not there'
  if (code === 'EACCES' || code === 'EISDIR') return `the key file can not be read (${code})`
  const reason =
    /\b(invalid_grant|invalid_client|invalid_target|invalid_request|unauthorized_client|access_denied)\b/.exec(
      message,
    )?.[1]
  if (reason !== undefined) return `the token service does not take the credentials (${reason})`
  if (/JSON|PEM|DECODER|asn1|key/i.test(`${code} ${message}`)) return 'the credentials can not be read'
  return 'no token could be had for the credentials'
}

function statusOf(cause: unknown): number | undefined {
  const { status } = (cause ?? {}) as { status?: unknown }
  return typeof status === 'number' ? status : undefined
}

/** The first error inside an error that has a code, and otherwise the error itself. */
function inside(cause: unknown): { code: string; message: string } {
  for (let error = cause; error instanceof Error; error = error.cause) {
    const { code } = error as NodeJS.ErrnoException
    if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return { code, message: error.message || code }
  }
  return { code: '', message: cause instanceof Error ? cause.message : String(cause) }
}
