import { createRedactor, environmentSecrets, passwordsIn, type Redactor } from '@holdfast/core'
import { exitCodeOf, type Report, type ReportedError } from '@holdfast/plugin'
import { renderError } from './render/error.ts'
import type { Screen } from './render/screen.ts'

/** Tells what ended a command before it had a result of its own. Returns the exit code. */
export function tellFailure(
  command: string,
  error: unknown,
  { json, environment, screen }: { json: boolean; environment: NodeJS.ProcessEnv; screen: Screen },
): number {
  const reported = reportable(error, environment)
  if (json) process.stdout.write(`${JSON.stringify(failedDocument(command, reported, new Date()))}\n`)
  screen.say(renderError(reported, screen.look()))
  if (reported.code === 'INTERNAL' && error instanceof Error && error.stack !== undefined) {
    screen.say(screen.look().paint('dim', redactorFor(environment).text(error.stack)))
  }
  return exitCodeOf(reported.code)
}

/** An error without any secret that the command line or the environment holds. */
function reportable(error: unknown, environment: NodeJS.ProcessEnv): ReportedError {
  const reported = redactorFor(environment).error(error)
  // What was given by flags has no place in a file.
  return { ...reported, message: reported.message.replaceAll(/^command line {2}\S+ {2}/gm, '') }
}

function redactorFor(environment: NodeJS.ProcessEnv): Redactor {
  const redactor = createRedactor()
  const passwords = passwordsIn([...process.argv.slice(2), environment['DATABASE_URL']])
  for (const secret of [...environmentSecrets(environment), ...passwords]) redactor.add(secret)
  return redactor
}

/** What --json prints where there is nothing better; for `backup` a whole report. */
function failedDocument(command: string, error: ReportedError, now: Date): object {
  const status = exitCodeOf(error.code) >= 128 ? 'cancelled' : 'failed'
  if (command !== 'backup') return { schemaVersion: 1, command, status, error }
  const at = now.toISOString()
  const report: Report = {
    schemaVersion: 1,
    command,
    status,
    // The failure came before any job was known.
    job: '',
    startedAt: at,
    finishedAt: at,
    durationMs: 0,
    dryRun: false,
    stages: [],
    storages: [],
    verdicts: [],
    notifications: [],
    retention: [],
    warnings: [],
    error,
  }
  return report
}
