import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'

/** A program that runs until it is stopped, and no longer than this process. */
export interface Daemon {
  /** True once it has ended by itself. */
  hasEnded(): boolean
  /** Kills it. Twice is fine. */
  stop(): Promise<void>
}

// The program is the shell's own child, so its number can be nobody else's while the shell waits for it. The shell's
// standard input ends when this process is gone, however it went.
const script = `
exec 3<&0
"$@" 3<&- < /dev/null > /dev/null 2>&1 &
program=$!
{ cat <&3 > /dev/null; kill -KILL "$program" 2> /dev/null; } &
watcher=$!
wait "$program"
kill -KILL "$watcher" 2> /dev/null
`

/** Starts a program that stays in the foreground and keeps a log of its own. */
export function startDaemon(program: string, args: readonly string[]): Daemon {
  const shell = spawn('/bin/sh', ['-c', script, 'daemon', program, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  shell.unref()
  const { stdin } = shell
  stdin.on('error', () => {})
  if (stdin instanceof Socket) stdin.unref()
  const hasEnded = (): boolean => shell.exitCode !== null || shell.signalCode !== null
  return {
    hasEnded,
    async stop() {
      if (hasEnded()) return
      const exited = once(shell, 'exit')
      shell.ref()
      stdin.end()
      await exited
    },
  }
}
