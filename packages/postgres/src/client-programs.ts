import { type DumpRequest, HoldfastError } from '@holdfast/plugin'
import { type Child, type ChildOptions, spawnChild } from './child.ts'
import type { Connection } from './connection.ts'
import { connectionArguments } from './environment.ts'

const mostWarnings = 50
const longestWarning = 500

/** The client programs of one run. */
export interface ClientPrograms {
  /** What they warned of while they went on; grows as they run. */
  readonly warnings: string[]
  start: (file: string, args: readonly string[], options?: Partial<ChildOptions>) => Child
  /** Ends those that still run, and waits until they are gone. Never rejects. */
  endAll: () => Promise<void>
}

export function clientPrograms(
  connection: Connection,
  request: Pick<DumpRequest, 'stallTimeoutMs'>,
  signal: AbortSignal,
): ClientPrograms {
  const warnings: string[] = []
  const children = new Set<Child>()
  const collect = (line: string) => {
    const [, program, warning] = /^(pg_dump(?:all)?): warning: (.*)$/.exec(line) ?? []
    if (warning === undefined || warnings.length === mostWarnings) return
    warnings.push(`${program}: ${warning.slice(0, longestWarning)}`)
  }
  return {
    warnings,
    start(file, args, options = {}) {
      const child = spawnChild(file, [...args, ...connectionArguments(connection.address)], {
        environment: connection.environment,
        address: connection.address,
        signal,
        stallTimeoutMs: request.stallTimeoutMs,
        expectOutput: true,
        ...options,
        onLine: (line) => {
          collect(line)
          options.onLine?.(line)
        },
      })
      children.add(child)
      void child.exited.then(() => children.delete(child))
      return child
    },
    async endAll() {
      for (const child of children) child.fail(new HoldfastError('DATABASE_DUMP_FAILED', 'The run is over.'))
      await Promise.all([...children].map((child) => child.exited))
    },
  }
}
