import { fileURLToPath } from 'node:url'
import { holdfastFile } from '@holdfast/lab'
import { execa } from 'execa'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Outcome {
  /** Undefined where a signal ended it. */
  exitCode: number | undefined
  signal: string | undefined
  stdout: string
  stderr: string
  durationMs: number
}

/** A `holdfast` that is running. */
export interface Running {
  pid: number
  /** Resolves once it has ended, however it did. */
  outcome: Promise<Outcome>
  signal(name: NodeJS.Signals): void
}

export interface RunOptions {
  directory: string
  environment: Readonly<Record<string, string>>
  /** As this user instead. */
  uid?: number
}

/** Nothing of the environment of the tests says where a database or a configuration is. */
export function cleanEnvironment(): Record<string, string> {
  const ours = /^(PG|AWS_|VITEST|DATABASE_URL$|HOLDFAST_CONFIG$|NODE_OPTIONS$|NODE_V8_COVERAGE$)/
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !ours.test(entry[0]),
  )
  return {
    ...Object.fromEntries(inherited),
    NO_COLOR: '1',
    // Compiling the source anew would be half of the time that these tests take.
    NODE_COMPILE_CACHE: `${root}node_modules/.cache/holdfast/compiled`,
  }
}

/** False when the process is gone. Unlike execa's `kill`, it adds no SIGKILL of its own. */
export function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

export function startHoldfast(args: readonly string[], { directory, environment, uid }: RunOptions): Running {
  const child = execa(process.execPath, [holdfastFile, ...args], {
    cwd: directory,
    extendEnv: false,
    env: environment,
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    ...(uid !== undefined && { uid, gid: uid }),
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${process.execPath} could not be started.`)
  return {
    pid,
    outcome: child.then(({ exitCode, signal, stdout, stderr, durationMs }) => ({
      exitCode,
      signal,
      stdout,
      stderr,
      durationMs,
    })),
    signal: (name) => void sendSignal(pid, name),
  }
}
