import { cleanLine } from '@holdfast/message'
import { type ErrorDetails, HoldfastError, isHoldfastError } from '@holdfast/plugin'
import type { NodemailerError } from 'nodemailer'
import { conceal } from './conceal.ts'
import { tlsHint, tlsTrouble } from './tls-trouble.ts'
import type { Settings } from './transport.ts'

/** What nodemailer, the network or the mail server said, as an error of the family. */
export function asNotifyError(error: unknown, settings: Settings, signal: AbortSignal): HoldfastError {
  if (isHoldfastError(error)) return error
  const { host, port } = settings.server
  const place = `${host}:${port}`
  if (signal.aborted) {
    return new HoldfastError(
      'NOTIFY_TIMEOUT',
      `${place} had not accepted the message when it was called off`,
      {
        retryable: true,
        cause: error,
      },
    )
  }
  if (!(error instanceof Error)) return new HoldfastError('NOTIFY_FAILED', `${place}: the mail was not sent`)
  return classified(error, place, settings)
}

function classified(error: NodemailerError, place: string, settings: Settings): HoldfastError {
  const { code = '', responseCode, timeoutType, response } = error
  const said = response === undefined ? undefined : conceal(cleanLine(response, 500), settings)
  const trouble = tlsTrouble(error)
  if (trouble !== undefined) {
    return new HoldfastError('NOTIFY_TLS', `the connection to ${place} is not secure: ${trouble}`, {
      hint: tlsHint(error, settings),
      ...(said === undefined && { cause: error }),
    })
  }
  if (code === 'ETIMEDOUT') {
    return new HoldfastError('NOTIFY_TIMEOUT', `${place} ${waits[timeoutType ?? 'SOCKET_TIMEOUT']}`, {
      hint: 'Check that it is the right port and that a firewall lets this machine through; port 465 wants tls: implicit.',
      retryable: true,
    })
  }
  const isTemporary = responseCode !== undefined && responseCode < 500
  if (isTemporary) return notNow(place, said ?? '')
  if (code === 'EAUTH' || code === 'EOAUTH2' || code === 'ENOAUTH') {
    const why = said ?? conceal(cleanLine(error.message), settings)
    return new HoldfastError('NOTIFY_CREDENTIALS', `${place} refused the login${loginOf(settings)}: ${why}`, {
      hint: 'Check user and password, or the tokens of oauth2; some services want a password made for this application.',
    })
  }
  if (code === 'EPROTOCOL' && responseCode === undefined) {
    return new HoldfastError('NOTIFY_FAILED', `what answers at ${place} does not speak SMTP: ${said ?? ''}`, {
      hint: 'Check host and port.',
    })
  }
  if (said !== undefined) {
    return new HoldfastError('NOTIFY_REFUSED', `${place} refused the mail${about(error)}: ${said}`, {
      hint: 'Check the addresses, and that this server lets you send mail from that sender.',
    })
  }
  return unreachable(error, place)
}

const waits: Readonly<Record<NonNullable<NodemailerError['timeoutType']>, string>> = {
  CONNECT_TIMEOUT: 'does not take the connection',
  GREETING_TIMEOUT: 'took the connection, but never said a word',
  UPGRADE_TIMEOUT: 'never got done with securing the connection',
  SOCKET_TIMEOUT: 'took the connection, and then went silent',
}

function notNow(place: string, said: string): HoldfastError {
  const isTooMuch =
    /\brate\b|too many (?!recipients)|throttl|(?:sending|message|connection|daily|hourly) limit/i.test(said)
  return isTooMuch
    ? new HoldfastError('NOTIFY_RATE_LIMITED', `${place} takes no more mail for now: ${said}`, {
        retryable: true,
      })
    : new HoldfastError('NOTIFY_UNAVAILABLE', `${place} can not take the mail now: ${said}`, {
        retryable: true,
      })
}

function loginOf({ server, oauth2 }: Settings): string {
  const user = server.user ?? oauth2?.user
  return user === undefined ? '' : ` of ${user}`
}

/** Whom or what it was refused for. */
function about({ rejected, command }: NodemailerError): string {
  if (rejected !== undefined && rejected.length > 0) return ` to ${rejected.join(', ')}`
  return command === 'MAIL FROM' ? ' from this sender' : ''
}

const network: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to its network',
  ENOTFOUND: 'the host name is not known',
  EPIPE: 'the connection broke',
}

function unreachable(error: NodemailerError, place: string): HoldfastError {
  const { code = '', originalCode = '' } = error
  const details: ErrorDetails = {
    hint: 'Check the host, the port and the firewall of this machine.',
    cause: error,
  }
  if (code === 'ESOCKET' || code === 'EDNS' || code === 'ECONNECTION') {
    const why = network[originalCode] ?? cleanLine(error.message)
    return new HoldfastError('NOTIFY_UNAVAILABLE', `${place} could not be reached: ${why}`, {
      ...details,
      retryable: true,
    })
  }
  return new HoldfastError('NOTIFY_FAILED', `${place}: the mail was not sent (${code || error.name})`, {
    cause: error,
  })
}
