import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childrenOf, commandLines, environmentOf } from './processes.ts'

/** What anybody on this machine could see while something ran. */
export interface Exposure {
  /** Every command line, of every process. */
  commandLines: Set<string>
  /** Programs that ran as children. */
  programs: Set<string>
  /** The environments of those children, which only their owner can see. */
  environments: Set<string>
  /** Temporary files and directories by path, with their modes. */
  modes: Map<string, { mode: number; isDirectory: boolean }>
}

/** Looks every few milliseconds at everything there is to see until the work is done. */
export async function exposureDuring(
  { pid, temporary, ownCommandLine }: { pid: number; temporary: string; ownCommandLine: boolean },
  work: Promise<unknown>,
): Promise<Exposure> {
  const seen: Exposure = {
    commandLines: new Set(),
    programs: new Set(),
    environments: new Set(),
    modes: new Map(),
  }
  let over = false
  void work.finally(() => (over = true))
  while (!over) {
    for (const [owner, text] of commandLines()) {
      if (owner !== pid || ownCommandLine) seen.commandLines.add(text)
    }
    for (const child of childrenOf(pid)) {
      seen.programs.add(child.name)
      seen.environments.add(environmentOf(child.pid))
    }
    lookAtModes(temporary, seen.modes)
    await sleep(2)
  }
  return seen
}

function lookAtModes(directory: string, modes: Exposure['modes']): void {
  for (const name of readNames(directory)) {
    const path = join(directory, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats !== undefined) modes.set(path, { mode: stats.mode & 0o777, isDirectory: stats.isDirectory() })
  }
}

// What is there may be gone a moment later.
function readNames(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
}
