import { HoldfastError } from '@holdfast/plugin'
import { Readable } from 'node:stream'
import type { Child } from './child.ts'

/** The output of a child that has been running for a while, for someone who only now listens, and may abort it. */
export function dumpStream(child: Child, signal: AbortSignal): Readable {
  const { stdout } = child
  if (stdout.errored) return failedStream(stdout.errored)
  const abort = () => child.fail(reasonOf(signal))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return stdout.once('close', () => signal.removeEventListener('abort', abort))
}

// The child's own stream has told its error already, to nobody.
function failedStream(error: Error): Readable {
  return new Readable({
    read() {},
    construct: (callback) => callback(error),
  })
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new HoldfastError('DATABASE_DUMP_FAILED', 'The dump was aborted.', { cause: signal.reason })
}
