import { spawn } from 'node:child_process'
import { Socket } from 'node:net'

/**
 * Runs a shell script should this process end without calling it off, however it ends, SIGKILL included. `name` is what
 * the list of processes shows meanwhile. Returns how to call it off.
 */
export function afterThisProcess(name: string, script: string, args: readonly string[]): () => void {
  // The end of its standard input comes when this process is gone.
  const watcher = spawn('/bin/sh', ['-c', `cat > /dev/null\n${script}`, name, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.unref()
  const { stdin } = watcher
  if (stdin instanceof Socket) stdin.unref()
  return () => {
    watcher.kill('SIGKILL')
    stdin.destroy()
  }
}
