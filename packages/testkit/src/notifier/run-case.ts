import { AssertionError } from 'node:assert/strict'
import { type Outcome, Skipped } from '../runner.ts'
import { told } from '../storage/assertions.ts'
import type { NotifierCapabilities, NotifierCase, NotifierUnderTest } from './case.ts'
import { createContext } from './context.ts'
import { watch } from './watch.ts'

export interface RunNotifierCaseOptions {
  capabilities: NotifierCapabilities
  /** How long the case may take, in milliseconds. */
  timeoutMs: number
  /** How long a call may take that should end at once, in milliseconds. Default 10,000. */
  promptMs?: number
}

/** Holds a notifier to one promise. Never rejects. */
export async function runNotifierCase(
  one: NotifierCase,
  subject: NotifierUnderTest,
  { capabilities, timeoutMs, promptMs = 10_000 }: RunNotifierCaseOptions,
): Promise<Outcome> {
  const deadline = new AbortController()
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = new AssertionError({ message: `the check had not ended after ${timeoutMs / 1000} s` })
    reject(error)
    deadline.abort(error)
  }, timeoutMs)
  const { notifier, callOf, verifyErrors } = watch(subject.notifier)
  const context = createContext(notifier, subject, { signal: deadline.signal, capabilities, promptMs })
  try {
    await Promise.race([one.run(context), late])
    verifyErrors(context.secrets)
    return { status: 'passed' }
  } catch (error) {
    if (error instanceof Skipped) return { status: 'skipped', reason: error.message }
    const call = callOf(error)
    const isTold = error instanceof AssertionError || call === undefined
    return { status: 'failed', what: isTold ? messageOf(error) : `${call} failed with ${told(error)}`, error }
  } finally {
    clearTimeout(timer)
  }
}

function messageOf(error: unknown): string {
  return error instanceof AssertionError ? error.message : told(error)
}
