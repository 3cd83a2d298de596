import { HoldfastError } from '@holdfast/plugin'

/** How long cleaning up may take before the process ends anyway, in milliseconds. */
const cleanUpMs = 10_000

const meanings = {
  SIGINT: { code: 'RUN_INTERRUPTED', message: 'interrupted', exitCode: 130 },
  SIGTERM: { code: 'RUN_TERMINATED', message: 'told to stop by SIGTERM', exitCode: 143 },
} as const

/**
 * Turns the first SIGINT or SIGTERM into an abort, and so an error that a plugin let escape, so that what was begun is
 * cleaned up; a second one, or ten seconds, end the process at once.
 */
export function abortOnSignals(onFirst: (message: string) => void): AbortSignal {
  const controller = new AbortController()
  const stop = (reason: HoldfastError, exitCode: number): void => {
    if (controller.signal.aborted) process.exit(exitCode)
    setTimeout(() => process.exit(exitCode), cleanUpMs).unref()
    onFirst(reason.message)
    controller.abort(reason)
  }
  for (const name of Object.keys(meanings) as (keyof typeof meanings)[]) {
    const { code, message, exitCode } = meanings[name]
    process.on(name, () => stop(new HoldfastError(code, message), exitCode))
  }
  process.on('uncaughtException', (cause) => {
    stop(new HoldfastError('INTERNAL', `an error that nobody caught: ${cause.message}`, { cause }), 1)
  })
  return controller.signal
}
