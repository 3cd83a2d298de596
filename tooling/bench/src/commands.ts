import { execa } from 'execa'
import { watchMemory } from '@holdfast/lab'

/** A program with its arguments, or a line for /bin/sh. */
export type Command = readonly [string, ...string[]] | string

export interface Measured {
  durationMs: number
  stdout: string
  /** Of the process and its descendants; 0 where nobody asked. */
  peakBytes: number
}

/** Runs a command to its end and measures it. Rejects, with the end of what it said, if it fails. */
export async function measure(
  command: Command,
  {
    signal,
    memory = false,
    directory,
    environment = {},
  }: {
    signal: AbortSignal
    memory?: boolean
    directory: string
    environment?: Readonly<Record<string, string>>
  },
): Promise<Measured> {
  const [program, ...args] = typeof command === 'string' ? (['/bin/sh', '-ec', command] as const) : command
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|AWS_)/.test(name))
  const startedMs = performance.now()
  const child = execa(program, args, {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), ...environment },
    extendEnv: false,
    stdin: 'ignore',
    cancelSignal: signal,
    forceKillAfterDelay: 10_000,
  })
  const watcher = memory && child.pid !== undefined ? watchMemory(child.pid) : undefined
  try {
    const { stdout } = await child
    return { durationMs: performance.now() - startedMs, stdout, peakBytes: (await watcher?.stop()) ?? 0 }
  } finally {
    await watcher?.stop()
  }
}
