import { type ErrorCode, HoldfastError, isHoldfastError } from '@holdfast/plugin'
import { hintFor, type Configured } from './hints.ts'
import { kindOfNetwork, kindOfRefusal, kindOfSignIn, type Kind } from './kinds.ts'

/** What is asked of the service. */
export type Operation = 'store' | 'read' | 'look at' | 'remove' | 'list' | 'check' | 'cancel the upload of'

/** What a call was for. */
export interface Target {
  operation: Operation
  /** Such as gs://bucket/name, for messages. */
  location: string
}

/** An answer that is no success. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  /** In the service's own words, such as `retentionPolicyNotMet`. */
  readonly reason: string
  readonly retryAfterMs: number | undefined

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(message)
    this.status = status
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }
}

/** What went wrong on the way, as one of the family. */
export function failure(target: Target, cause: unknown, configured: Configured): HoldfastError {
  if (isHoldfastError(cause)) return cause
  if (cause instanceof Refusal)
    return told(target, kindOfRefusal(cause), cause, configured, cause.retryAfterMs)
  return told(target, kindOfNetwork(cause, configured.place.endpoint), cause, configured)
}

/** What went wrong when a token was asked for, as one of the family. Nothing that was sent is told. */
export function signInFailure(target: Target, cause: unknown, configured: Configured): HoldfastError {
  if (isHoldfastError(cause)) return cause
  return told(target, kindOfSignIn(cause), undefined, configured)
}

function told(
  target: Target,
  kind: Kind,
  cause: unknown,
  configured: Configured,
  retryAfterMs?: number,
): HoldfastError {
  return new HoldfastError(kind.code, `could not ${target.operation} ${target.location}: ${kind.what}`, {
    hint: hintFor(kind, target.operation, configured),
    retryable: kind.retryable === true,
    retryAfterMs,
    cause,
  })
}

export function broken(code: ErrorCode | (string & {}), message: string, hint: string): HoldfastError {
  return new HoldfastError(code, message, { hint })
}

export function alreadyThere(location: string): HoldfastError {
  return broken(
    'STORAGE_EXISTS',
    `${location} is already there`,
    'Nothing was overwritten. Another run of the same job in the same second is the usual cause.',
  )
}

export function wrongLength(location: string, what: string): HoldfastError {
  return broken('STORAGE_LENGTH', `${location}: ${what}`, 'Nothing was kept. Run again.')
}
