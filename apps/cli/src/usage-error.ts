import type { CommanderError } from '@commander-js/extra-typings'
import { HoldfastError } from '@holdfast/plugin'
import { tellFailure } from './failure.ts'
import { createScreen } from './render/screen.ts'

/** What commander refuses, in the form that all errors have. Returns the exit code. */
export function tellUsageError({ code, message }: CommanderError): number {
  // Without a command the help was printed already.
  if (code === 'commander.help') return 2
  const [what = '', ...suggestions] = message.replace(/^error: /, '').split('\n')
  const argv = process.argv.slice(2)
  const command = /^[a-z]+$/.test(argv[0] ?? '') ? ` ${argv[0]}` : ''
  const hint = suggestions.join(' ').replaceAll(/[()]/g, '') || `See holdfast${command} --help.`
  const screen = createScreen(process.stderr, process.env, { quiet: false })
  return tellFailure(argv[0] ?? '', new HoldfastError('USAGE_INVALID', what, { hint }), {
    json: argv.includes('--json'),
    environment: process.env,
    screen,
  })
}
