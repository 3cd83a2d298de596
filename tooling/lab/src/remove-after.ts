import { spawn } from 'node:child_process'
import { Socket } from 'node:net'

/** Removes a directory should this process end without doing so. Returns how to call that off. */
export function removeAfterThisProcess(directory: string): () => void {
  const script = 'cat > /dev/null; sleep 1; rm -rf "$1"'
  const watcher = spawn('/bin/sh', ['-c', script, 'remove-after', directory], {
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
