import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterThisProcess } from './after-this-process.ts'

/** All that a child has started and that did not go into a group of its own. */
export interface ProcessGroup {
  /** Ends the child and the others: SIGTERM, then SIGKILL where that is not enough. Twice is fine. */
  stop(): Promise<void>
}

/**
 * Sees to it that nothing that a child has started outlives it, nor this process, however these end. The child must have
 * been started `detached`, so that it leads a group.
 */
export function endGroupWith(
  child: ChildProcess,
  { killAfterMs = 5000 }: { killAfterMs?: number } = {},
): ProcessGroup {
  const { pid } = child
  if (pid === undefined) return { stop: () => Promise.resolve() }
  const callOff = afterThisProcess('end-group', 'kill -s KILL -- "-$1"', [String(pid)])
  child.once('exit', () => {
    signalGroup(pid, 'SIGKILL')
    callOff()
  })
  return {
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      signalGroup(pid, 'SIGTERM')
      const killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), killAfterMs)
      await ended
      clearTimeout(killer)
    },
  }
}

// There may be nobody left.
function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name)
  } catch {}
}
