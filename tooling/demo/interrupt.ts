import { constants } from 'node:os'
import { isatty } from 'node:tty'

/** Why the demo ends early. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`)
    this.signal = signal
  }

  /** 130 for Ctrl-C, as a shell counts. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal]
  }
}

/** Aborted, with an Interruption as the reason, when somebody wants the demo to end. */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Interruption(signal)))
  }
  return controller.signal
}

/** At a terminal Ctrl-C reaches every process of the group; a child that got it again would take it for impatience. */
export function reachesChildren(signal: NodeJS.Signals): boolean {
  return signal === 'SIGINT' && [0, 1, 2].some((fd) => isatty(fd))
}

/** Waits for work that can't be told to stop, but not once the signal aborts. */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
