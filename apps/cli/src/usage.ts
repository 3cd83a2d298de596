import { HoldfastError } from '@holdfast/plugin'
import type { Context } from './context.ts'
import { hasPassword } from './hide-arguments.ts'
import { renderWarning } from './render/error.ts'

export function usageError(message: string, hint: string): HoldfastError {
  return new HoldfastError('USAGE_INVALID', message, { hint })
}

/** A password in an argument is used all the same, but its owner should know. */
export function warnOfPassword(argument: string | undefined, instead: string, { screen }: Context): void {
  if (argument === undefined || !hasPassword(argument)) return
  const message = `the password on the command line was visible to every user of this machine; put it in ${instead} instead`
  screen.say(renderWarning(message, screen.look()))
}
