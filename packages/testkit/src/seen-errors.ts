import assert from 'node:assert/strict'
import { isHoldfastError } from '@holdfast/plugin'
import { carriesSecret } from './secrets.ts'
import { told } from './storage/assertions.ts'

/** Every error that the calls of an instance gave. */
export interface SeenErrors {
  /** An excused error may be any, as that of a call that was cancelled. */
  add: (call: string, error: unknown, isExcused: boolean) => void
  /** Makes a call whose error, if it has one, is added. */
  watched: <Result>(call: string, isExcused: () => boolean, run: () => Promise<Result>) => Promise<Result>
  /** The call that an error came from, or undefined where it came from none. */
  callOf: (error: unknown) => string | undefined
  /** Throws unless every error so far was one of the family, with a code that begins so, and carried no secret. */
  verify: (codePrefix: string, secrets: readonly string[]) => void
}

export function seenErrors(): SeenErrors {
  const seen: { call: string; error: unknown; isExcused: boolean }[] = []
  const add: SeenErrors['add'] = (call, error, isExcused) => void seen.push({ call, error, isExcused })
  return {
    add,
    watched: (call, isExcused, run) => {
      const running = (async () => {
        try {
          return await run()
        } catch (error) {
          add(call, error, isExcused())
          throw error
        }
      })()
      // A case that fails early leaves its other calls to themselves.
      running.catch(() => {})
      return running
    },
    callOf: (error) => seen.find((one) => one.error === error)?.call,
    verify: (codePrefix, secrets) => {
      for (const { call, error, isExcused } of seen) {
        assert.ok(!carriesSecret(error, secrets), `an error of ${call} shows a secret`)
        const isOurs = isHoldfastError(error) && error.code.startsWith(codePrefix)
        assert.ok(
          isOurs || isExcused,
          `${call} failed with ${told(error)}, which is no HoldfastError with a ${codePrefix} code`,
        )
      }
    },
  }
}
