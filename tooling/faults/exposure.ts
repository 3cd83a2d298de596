import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { namesIn } from './names-in.ts'
import { childrenOf, commandLineOf, environmentOf, otherPids } from './processes.ts'

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
  // What was there before has nothing to do with the work, and is looked at once.
  const ours = new Set([pid, ...childrenOf(pid).map((child) => child.pid)])
  const strangers = otherPids().filter((one) => !ours.has(one))
  for (const one of strangers) seen.commandLines.add(commandLineOf(one))
  const before = new Set(strangers)
  while (!over) {
    const pids = new Set(otherPids())
    // A number that was free for a while may be somebody else's.
    for (const one of before) if (!pids.has(one)) before.delete(one)
    for (const one of pids) {
      if (before.has(one) || (one === pid && !ownCommandLine)) continue
      seen.commandLines.add(commandLineOf(one))
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
  for (const name of namesIn(directory)) {
    const path = join(directory, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    // A socket has no content, and who may not enter its directory can not connect to it.
    if (stats !== undefined && !stats.isSocket())
      modes.set(path, { mode: stats.mode & 0o777, isDirectory: stats.isDirectory() })
  }
}
