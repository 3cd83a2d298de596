import { cleanLine } from '@holdfast/message'
import { HoldfastError, isHoldfastError } from '@holdfast/plugin'
import type { SesOptions } from './options.ts'

/** What is looked at in an error of the SDK; nothing of it is certain. */
interface SdkError extends Error {
  /** Of the network, such as ECONNRESET; nodemailer writes `ESES` where there is none. */
  code?: unknown
  $metadata?: { httpStatusCode?: number }
  $response?: { headers?: Record<string, string | undefined> }
}

interface Kind {
  code:
    | 'NOTIFY_CREDENTIALS'
    | 'NOTIFY_RATE_LIMITED'
    | 'NOTIFY_REFUSED'
    | 'NOTIFY_UNAVAILABLE'
    | 'NOTIFY_TLS'
    | 'NOTIFY_TIMEOUT'
    | 'NOTIFY_FAILED'
  retryable?: true
  hint?: string | undefined
}

/** What the SDK, the network or SES said, as an error of the family. */
export function asNotifyError(error: unknown, options: SesOptions, signal: AbortSignal): HoldfastError {
  if (isHoldfastError(error)) return error
  if (signal.aborted) {
    return new HoldfastError('NOTIFY_TIMEOUT', 'SES had not accepted the message when it was called off', {
      retryable: true,
      cause: signal.reason,
    })
  }
  if (!(error instanceof Error)) return new HoldfastError('NOTIFY_FAILED', 'SES: the mail was not sent')
  const { code, retryable, hint } = kindOf(error, options)
  return new HoldfastError(code, `SES ${verbs[code]}: ${wordsOf(error, options)}`, {
    hint,
    retryable: retryable ?? false,
    retryAfterMs: retryAfterMs(error),
    cause: withoutEcho(error, options),
  })
}

const verbs: Readonly<Record<Kind['code'], string>> = {
  NOTIFY_CREDENTIALS: 'refused the credentials',
  NOTIFY_RATE_LIMITED: 'takes no more mail for now',
  NOTIFY_REFUSED: 'refused the mail',
  NOTIFY_UNAVAILABLE: 'could not be reached, or can not take the mail now',
  NOTIFY_TLS: 'could not be reached over a secure connection',
  NOTIFY_TIMEOUT: 'did not answer in time',
  NOTIFY_FAILED: 'did not send the mail',
}

const credentials =
  /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|ExpiredToken|RequestExpired|MissingAuthenticationToken|OptInRequired|TokenRefreshRequired|CredentialsProvider)(?:Exception|Error)?$/
const denied = /^(?:AccessDenied|NotAuthorized|UnauthorizedOperation)(?:Exception)?$/
const tooMuch =
  /^(?:TooManyRequests|Throttling|ThrottledException|RequestThrottled|LimitExceeded|RequestLimitExceeded)(?:Exception)?$/
const refused =
  /^(?:MessageRejected|MailFromDomainNotVerified|AccountSuspended|SendingPaused|BadRequest|NotFound|ValidationError)(?:Exception)?$/
const network =
  /^(?:E(?:AI_AGAIN|CONNREFUSED|CONNRESET|CONNABORTED|HOSTUNREACH|NETUNREACH|NOTFOUND|PIPE)|NetworkingError)$/
const tls = /^(?:ERR_SSL_|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)|^EPROTO$/

function kindOf(error: SdkError, options: SesOptions): Kind {
  const { name, code, $metadata } = error
  const system = typeof code === 'string' ? code : ''
  const status = $metadata?.httpStatusCode
  if (tls.test(system))
    return { code: 'NOTIFY_TLS', hint: 'Check the endpoint, and the clock of this machine.' }
  if (network.test(system) || network.test(name))
    return {
      code: 'NOTIFY_UNAVAILABLE',
      retryable: true,
      hint: 'Check the region, the endpoint, the DNS and the firewall of this machine.',
    }
  if (name === 'TimeoutError') return { code: 'NOTIFY_TIMEOUT', retryable: true }
  if (denied.test(name)) return { code: 'NOTIFY_CREDENTIALS', hint: permissionHint(options) }
  if (credentials.test(name)) return { code: 'NOTIFY_CREDENTIALS', hint: originHint(options) }
  if (tooMuch.test(name) || status === 429)
    return {
      code: 'NOTIFY_RATE_LIMITED',
      retryable: true,
      hint: 'aws sesv2 get-account shows the quota of the account.',
    }
  if (refused.test(name)) return { code: 'NOTIFY_REFUSED', hint: refusalHint(error, options) }
  if (status !== undefined && status >= 500) return { code: 'NOTIFY_UNAVAILABLE', retryable: true }
  if (status === 401 || status === 403) return { code: 'NOTIFY_CREDENTIALS', hint: originHint(options) }
  if (status !== undefined && status >= 400) return { code: 'NOTIFY_REFUSED' }
  return { code: 'NOTIFY_FAILED' }
}

function permissionHint({ from, identityArn, configurationSet }: SesOptions): string {
  const resource = identityArn ?? `the identity of ${from}`
  const set = configurationSet === undefined ? '' : ` and on the configuration set ${configurationSet}`
  return `The role or user needs ses:SendEmail on ${resource}${set}.`
}

function originHint({ credentials: own, profile }: SesOptions): string {
  if (own !== undefined) return 'Check the credentials in the options of the notifier.'
  if (profile !== undefined) return `Check the profile ${profile} of ~/.aws.`
  return 'Check where the AWS SDK finds them: the environment (AWS_ACCESS_KEY_ID, AWS_PROFILE, a web identity), ~/.aws, the container or the instance.'
}

function refusalHint(
  { name, message }: SdkError,
  { from, configurationSet }: SesOptions,
): string | undefined {
  if (/not verified/i.test(message) || name.startsWith('MailFromDomainNotVerified'))
    return `Verify ${from} or its domain in SES, in the region that is used; while the account is in the sandbox, each recipient too.`
  if (/^(?:AccountSuspended|SendingPaused)/.test(name)) return 'The SES console says why, and what to do.'
  if (name.startsWith('NotFound') && configurationSet !== undefined)
    return `Check that the configuration set ${configurationSet} is there, in the region that is used.`
  return undefined
}

/** The first line only: below it, SES repeats the request with its token. */
function wordsOf(error: SdkError, options: SesOptions): string {
  const { name, message, code } = error
  const system = typeof code === 'string' && code !== 'ESES' ? code : name
  const line = cleanLine(message.split('\n', 1)[0] ?? '', 400)
  return conceal(line === '' || line === name ? system : `${line} (${system})`, options)
}

function conceal(text: string, { credentials: own }: SesOptions): string {
  return [own?.accessKeyId, own?.secretAccessKey, own?.sessionToken].reduce(
    (left, secret) => (secret === undefined ? left : left.replaceAll(secret.reveal(), '[secret]')),
    text,
  )
}

function withoutEcho(error: SdkError, options: SesOptions): Error {
  const cause = new Error(wordsOf(error, options))
  cause.name = error.name
  const status = error.$metadata?.httpStatusCode
  return status === undefined ? cause : Object.assign(cause, { status })
}

function retryAfterMs({ $response }: SdkError): number | undefined {
  const seconds = Number($response?.headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
}
