import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { endGroupWith } from './process-group.ts'

/** A shell that leads a group; it says the number of a process that it starts and leaves running. */
function leader(script: string) {
  const child = spawn('/bin/sh', ['-c', `sleep 60 & echo $!; ${script}`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function numberFrom(stream: NodeJS.ReadableStream): Promise<number> {
  const [said] = (await once(stream, 'data')) as [Buffer]
  const pid = Number(said.toString())
  onTestFinished(() => void (isRunning(pid) && process.kill(pid, 'SIGKILL')))
  return pid
}

/** False for one that has ended and that nobody has asked yet how. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const hasEnded = (pid: number) => expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)

it('ends with the child what the child leaves behind', async () => {
  const child = leader('exit 3')
  endGroupWith(child)
  const left = await numberFrom(child.stdout)
  await hasEnded(left)
  expect(child.exitCode).toBe(3)
})

it('ends both when it is told to, by force if need be', async () => {
  for (const [script, signal] of [
    ['wait', 'SIGTERM'],
    ['trap "" TERM; echo; while :; do wait; sleep 0.1; done', 'SIGKILL'],
  ] as const) {
    const child = leader(script)
    const group = endGroupWith(child, { killAfterMs: 300 })
    const left = await numberFrom(child.stdout)
    await group.stop()
    expect(child.signalCode).toBe(signal)
    await hasEnded(left)
    await group.stop()
  }
})

it('ends both when this process is killed', async () => {
  const module = fileURLToPath(new URL('process-group.ts', import.meta.url))
  const script = `
    import { spawn } from 'node:child_process'
    import { endGroupWith } from ${JSON.stringify(module)}
    const child = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    endGroupWith(child)
    child.stdout.pipe(process.stdout)`
  const own = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void own.kill('SIGKILL'))
  const left = await numberFrom(own.stdout)
  expect(isRunning(left)).toBe(true)
  own.kill('SIGKILL')
  await hasEnded(left)
})
