import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'

const running = new Set()

// At a terminal, Ctrl-C reaches the whole foreground group: a child that was sent it again would take it for impatience.
const atTerminal = [0, 1, 2].some((fd) => isatty(fd))

let received
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    received ??= signal
    if (running.size === 0) leave({ signal })
    if (signal === 'SIGINT' && atTerminal) return
    for (const child of running) child.kill(signal)
  })
}

// Ends this process the way a child ended: the same exit code, or the same signal.
function leave({ code, signal }) {
  if (!signal) process.exit(code ?? 1)
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  // A signal whose default is to be ignored leaves us here.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1000)
}

// Resolves { code, signal, output } and never rejects: a command that can't start has code 127.
// The child's output is collected unless `options.show` is set; a collected child gets no stdin, so it can't ask.
export function run(command, args, { show = false, ...options } = {}) {
  return new Promise((resolve) => {
    const stdio = show ? 'inherit' : ['ignore', 'pipe', 'pipe']
    const child = spawn(command, args, { stdio, ...options })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
    running.add(child)
    const settle = (result) => {
      running.delete(child)
      // A child that chose an exit code for its signal is taken at its word; what nobody sees just ends.
      if (received) leave(show ? result : { signal: received })
      else resolve({ ...result, output })
    }
    child.on('error', (error) => {
      output += error.message
      settle({ code: 127, signal: null })
    })
    child.on('close', (code, signal) => settle({ code, signal }))
  })
}

// Runs a command in this process's place: same streams, signals forwarded, same end.
export async function handOver(command, args, options = {}) {
  leave(await run(command, args, { ...options, show: true }))
}
