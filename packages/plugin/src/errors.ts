import type { ErrorCode } from './codes.ts'
import type { StageName } from './stages.ts'

/** What an error may carry besides its code and message. */
export interface ErrorDetails {
  /** What to do next, as one or more sentences that an engineer can act on at 3 a.m. */
  hint?: string | undefined
  /** True when the same call may succeed if it is made again; core decides whether to. */
  retryable?: boolean
  /** How long the service asks callers to wait before they try again, in milliseconds. */
  retryAfterMs?: number | undefined
  /** The stage of the run in which it happened. Core sets it; a plugin leaves it out. */
  stage?: StageName | undefined
  /** The configured name of the plugin it came from. Core sets it; a plugin leaves it out. */
  plugin?: string | undefined
  /** The error underneath, kept for logs. Its text is redacted before anyone sees it. */
  cause?: unknown
}

/**
 * The one family of errors. `message` says what happened and with which value, never with a secret;
 * `hint` says what to do next; `code` is stable and documented in docs/errors.md.
 * A plugin of your own may use codes of its own: any upper-case `FAMILY_WHAT`, whose family
 * (CONFIG, DATABASE, STORAGE, VERIFY …) gives the exit code.
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError'
  readonly code: string
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly stage: StageName | undefined
  readonly plugin: string | undefined

  constructor(code: ErrorCode | (string & {}), message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
    this.retryable = details.retryable ?? false
    this.retryAfterMs = details.retryAfterMs
    this.stage = details.stage
    this.plugin = details.plugin
  }

  /** The same error with the stage and plugin it came from; what it already knows stays. */
  within(place: { stage?: StageName | undefined; plugin?: string | undefined }): HoldfastError {
    if (this.stage !== undefined && this.plugin !== undefined) return this
    const placed = new HoldfastError(this.code, this.message, {
      hint: this.hint,
      retryable: this.retryable,
      retryAfterMs: this.retryAfterMs,
      stage: this.stage ?? place.stage,
      plugin: this.plugin ?? place.plugin,
      cause: this.cause,
    })
    if (this.stack !== undefined) placed.stack = this.stack
    return placed
  }
}

/** True for an error of the family with this code, whichever copy of this package made it. */
export function hasCode(error: unknown, code: ErrorCode | (string & {})): error is HoldfastError {
  return error instanceof Error && 'code' in error && error.code === code && error.name === 'HoldfastError'
}

/** True for an error of the family, whichever copy of this package made it. */
export function isHoldfastError(error: unknown): error is HoldfastError {
  return error instanceof Error && error.name === 'HoldfastError' && 'code' in error
}
