import type { Action } from './perform.ts'
import { tellFailure } from './failure.ts'
import { lookOf } from './render/look.ts'
import { clean } from './render/text.ts'
import { createScreen } from './render/screen.ts'
import { abortOnSignals } from './signals.ts'

/** Something that a plugin left open must not keep a finished command from ending. */
const lingerMs = 3000

export async function runAction(
  command: string,
  { json, quiet }: { json: boolean; quiet: boolean },
  action: Action,
): Promise<void> {
  const environment = process.env
  const screen = createScreen(process.stderr, environment, { quiet })
  const signal = abortOnSignals((message) => {
    if (!quiet) screen.say(`${clean(message)}: cleaning up; once more ends it at once`)
  })
  try {
    const exitCode = await action({
      environment,
      directory: process.cwd(),
      now: () => new Date(),
      signal,
      stdout: { write: (text) => void process.stdout.write(text), look: lookOf(process.stdout, environment) },
      screen,
      quiet,
      json,
    })
    process.exitCode = exitCode ?? 0
  } catch (error) {
    screen.rest()
    process.exitCode = tellFailure(command, signal.aborted ? signal.reason : error, {
      json,
      environment,
      screen,
    })
  } finally {
    screen.rest()
    setTimeout(() => process.exit(), lingerMs).unref()
  }
}
