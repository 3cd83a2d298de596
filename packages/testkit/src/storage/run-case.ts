import { AssertionError } from 'node:assert/strict'
import { type Outcome, Skipped } from '../runner.ts'
import { told } from './assertions.ts'
import type { StorageCapabilities, StorageCase, StorageUnderTest } from './case.ts'
import { createContext } from './context.ts'
import { watch } from './watch.ts'

export interface RunCaseOptions {
  signal: AbortSignal
  capabilities: StorageCapabilities
  /** How long the case may take, in milliseconds. */
  timeoutMs: number
  /** How long a call may take that should end at once, in milliseconds. Default 10,000. */
  promptMs?: number
}

/** Holds a storage to one promise. Throws only when the signal aborts. */
export async function runCase(
  one: StorageCase,
  subject: StorageUnderTest,
  { signal, capabilities, timeoutMs, promptMs = 10_000 }: RunCaseOptions,
): Promise<Outcome> {
  signal.throwIfAborted()
  const deadline = new AbortController()
  const late = new AssertionError({ message: `the check had not ended after ${timeoutMs / 1000} s` })
  const timer = setTimeout(() => deadline.abort(late), timeoutMs)
  const either = AbortSignal.any([signal, deadline.signal])
  const { storage, callOf, verifyErrors } = watch(subject.storage)
  const context = createContext(storage, subject, { signal: either, capabilities, promptMs })
  try {
    await Promise.race([one.run(context), aborted(either)])
    verifyErrors(context.secrets)
    return { status: 'passed' }
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof Skipped) return { status: 'skipped', reason: thrown.message }
    const error = deadline.signal.aborted ? late : thrown
    return { status: 'failed', what: whatHappened(error, callOf(error)), error }
  } finally {
    clearTimeout(timer)
  }
}

function whatHappened(error: unknown, call: string | undefined): string {
  if (error instanceof AssertionError) return error.message
  return call === undefined ? told(error) : `${call} failed with ${told(error)}`
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
