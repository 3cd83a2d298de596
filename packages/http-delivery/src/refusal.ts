import { type ErrorCode, HoldfastError } from '@holdfast/plugin'
import type { Answer } from './post.ts'

/** How much of an answer an error repeats. */
const mostCharacters = 300

/** What an answer that does not accept the message means, by its HTTP status. */
export function refusal(service: string, answer: Answer, hint?: string): HoldfastError {
  const { status, text, retryAfterMs } = answer
  const meaning = meaningOf(status)
  const said = text.replace(/\s+/g, ' ').slice(0, mostCharacters).toWellFormed()
  return new HoldfastError(
    meaning.code,
    `${service} ${meaning.what}: it answered ${status}${said && `, ${JSON.stringify(said)}`}`,
    { hint: hint ?? meaning.hint, retryable: meaning.retryable ?? false, retryAfterMs },
  )
}

interface Meaning {
  code: ErrorCode
  what: string
  hint?: string
  retryable?: boolean
}

function meaningOf(status: number): Meaning {
  if (status >= 500 || status === 408 || status === 425) {
    return { code: 'NOTIFY_UNAVAILABLE', what: 'takes no message at this moment', retryable: true }
  }
  if (status >= 300 && status < 400) {
    return {
      code: 'NOTIFY_REFUSED',
      what: 'redirects to somewhere else, which is not followed',
      hint: 'Set the address to the one that it redirects to, if that is yours.',
    }
  }
  return (
    byStatus[status] ?? {
      code: 'NOTIFY_REFUSED',
      what: 'did not accept the message',
    }
  )
}

const refusedCredentials: Meaning = {
  code: 'NOTIFY_CREDENTIALS',
  what: 'did not accept the credentials',
  hint: 'Check the address, and the token or key that belongs to it.',
}
const nobodyThere: Meaning = {
  code: 'NOTIFY_REFUSED',
  what: 'knows nobody at this address',
  hint: 'Check the address; what it belonged to may have been removed.',
}

const byStatus: Readonly<Record<number, Meaning>> = {
  401: refusedCredentials,
  403: refusedCredentials,
  404: nobodyThere,
  407: { ...refusedCredentials, what: 'is behind a proxy that did not accept the credentials' },
  410: nobodyThere,
  413: { code: 'NOTIFY_REFUSED', what: 'takes no message of this length' },
  429: { code: 'NOTIFY_RATE_LIMITED', what: 'takes no more messages for now', retryable: true },
}
