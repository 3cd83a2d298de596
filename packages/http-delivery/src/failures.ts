import { HoldfastError, isHoldfastError } from '@holdfast/plugin'

/** The caller's signal has ended the delivery. */
export function cancelled(service: string, signal: AbortSignal): HoldfastError {
  return new HoldfastError(
    'NOTIFY_TIMEOUT',
    `${service} had not accepted the message when it was called off`,
    {
      retryable: true,
      cause: signal.reason,
    },
  )
}

export function noAnswer(service: string, requestTimeoutMs: number): HoldfastError {
  return new HoldfastError(
    'NOTIFY_TIMEOUT',
    `${service} did not answer within ${requestTimeoutMs / 1000} s`,
    {
      hint: 'Check that the service is up and that a firewall lets this machine reach it; requestTimeoutMs says how long to wait.',
      retryable: true,
    },
  )
}

/** An error of the network or of TLS as one of the family. It names no host: a host can be a secret. */
export function unreachable(service: string, cause: unknown): HoldfastError {
  if (isHoldfastError(cause)) return cause
  const code = codeOf(cause)
  const certificate = certificates[code]
  if (certificate !== undefined || /^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/.test(code)) {
    return new HoldfastError(
      'NOTIFY_TLS',
      `the connection to ${service} is not secure: ${certificate ?? 'TLS failed'} (${code})`,
      { hint: 'For an authority of your own, name its certificate in caFile.', cause },
    )
  }
  const what = network[code]
  if (what !== undefined) {
    return new HoldfastError('NOTIFY_UNAVAILABLE', `${service} could not be reached: ${what} (${code})`, {
      hint: 'Check the address, the DNS and the firewall of this machine.',
      retryable: true,
      cause,
    })
  }
  return new HoldfastError(
    'NOTIFY_FAILED',
    `the message could not be sent to ${service} (${code || 'no code'})`,
    {
      cause,
    },
  )
}

const network: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the name server does not answer',
  ECONNABORTED: 'the connection broke',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  EHOSTDOWN: 'its host does not answer',
  EHOSTUNREACH: 'there is no way to its host',
  ENETDOWN: 'the network is down',
  ENETUNREACH: 'there is no way to its network',
  ENOTFOUND: 'its host name is not known',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'the connection took too long',
  HPE_INVALID_CONSTANT: 'what answers there does not speak HTTP',
}

const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody but itself',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate's authority is not trusted",
  UNABLE_TO_GET_ISSUER_CERT: "its certificate's authority is not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its certificate's authority is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate's authority is not trusted",
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
