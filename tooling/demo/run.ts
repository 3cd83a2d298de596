import { fileURLToPath } from 'node:url'
import { execa, type Options } from 'execa'
import { Interruption, reachesChildren } from './interrupt.ts'
import { command, say } from './say.ts'

/** Where the commands of the demo run. */
export interface Place {
  directory: string
  environment: NodeJS.ProcessEnv
  signal: AbortSignal
}

/** The command of this checkout, run from source. */
const holdfastFile = fileURLToPath(new URL('../../apps/cli/bin/holdfast.js', import.meta.url))

/** The cron app of this checkout. */
const cronFile = fileURLToPath(new URL('../../apps/cron/bin/holdfast-cron.js', import.meta.url))

/** A CLI that is told to stop cleans up within 10 seconds. */
const killAfterMs = 15_000

/** Shows and runs a holdfast command; its own output is what is seen. Rejects unless it ends well. */
export async function holdfast(args: readonly string[], place: Place): Promise<void> {
  await shown(optionsTogether(['npx holdfast', ...args]), place, process.execPath, [holdfastFile, ...args])
}

interface RunningCron {
  /** With its exit code. */
  ended: Promise<number | undefined>
  stop(): void
}

/** Shows and starts the cron app, whose log is what is seen. It goes on until it is told to stop. */
export function holdfastCron(args: readonly string[], place: Place): RunningCron {
  command(optionsTogether(['npx holdfast-cron', ...args]))
  say()
  const child = execa(process.execPath, [cronFile, ...args], optionsIn(place))
  return { ended: child.then(({ exitCode }) => exitCode), stop: () => void child.kill('SIGTERM') }
}

/** Shows and runs a line of shell, given in parts between which it may be broken. */
export async function shell(parts: readonly string[], place: Place): Promise<void> {
  await shown(parts, place, '/bin/sh', ['-c', parts.join(' ')])
}

async function shown(
  parts: readonly string[],
  place: Place,
  file: string,
  args: readonly string[],
): Promise<void> {
  const { signal } = place
  signal.throwIfAborted()
  command(parts)
  say()
  const child = execa(file, args, optionsIn(place))
  const pass = (): void => {
    const { reason } = signal as { reason: unknown }
    if (reason instanceof Interruption && !reachesChildren(reason.signal)) child.kill(reason.signal)
  }
  signal.addEventListener('abort', pass, { once: true })
  const { failed, exitCode, shortMessage } = await child
  signal.removeEventListener('abort', pass)
  signal.throwIfAborted()
  if (failed)
    throw new Error(
      exitCode === undefined ? shortMessage : `${parts.join(' ')} ended with exit code ${exitCode}`,
    )
}

/** What it says is what is seen. */
function optionsIn({ directory, environment }: Place) {
  return {
    cwd: directory,
    env: environment,
    extendEnv: false,
    stdio: ['ignore', 'inherit', 'inherit'],
    reject: false,
    forceKillAfterDelay: killAfterMs,
  } as const satisfies Options
}

/** An option and its value stay together on a line. */
function optionsTogether(words: readonly string[]): string[] {
  const parts: string[] = []
  for (const word of words) {
    if (parts.length === 0 || word.startsWith('--')) parts.push(word)
    else parts.push(`${parts.pop()} ${word}`)
  }
  return parts
}
