import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

// What the kernel says of processes. One that ends while it is looked at is as good as gone.

export interface ProcessInfo {
  pid: number
  parent: number
  /** At most 15 bytes of the program's name. */
  name: string
  /** `R` runs, `S` sleeps, `T` is stopped, `Z` has ended and nobody has asked how. */
  state: string
}

function readProcFile(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function processInfo(pid: number): ProcessInfo | undefined {
  const text = readProcFile(pid, 'stat')
  const end = text.lastIndexOf(')')
  if (end < 0) return undefined
  const [state = '', parent = ''] = text.slice(end + 2).split(' ')
  return { pid, parent: Number(parent), name: text.slice(text.indexOf('(') + 1, end), state }
}

function everyPid(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
}

export function childrenOf(pid: number): ProcessInfo[] {
  return readProcFile(pid, `task/${pid}/children`)
    .split(' ')
    .filter((text) => text !== '')
    .map((child) => processInfo(Number(child)))
    .filter((child) => child !== undefined)
}

/** A child that runs this program on a database, rather than being asked for its version. */
export function programUnder(parent: number, program: string): ProcessInfo | undefined {
  return childrenOf(parent).find(
    ({ pid, name }) => name === program && readProcFile(pid, 'cmdline').includes('\0--dbname='),
  )
}

/** Those that still run with this setting in their environment, which children inherit and keep when their parent is gone. */
export function processesWith(setting: string): ProcessInfo[] {
  return everyPid()
    .filter((pid) => readProcFile(pid, 'environ').split('\0').includes(setting))
    .map((pid) => processInfo(pid))
    .filter((found) => found !== undefined)
    .filter(({ state }) => state !== 'Z')
}

/** All processes on this machine but this one. */
export function otherPids(): number[] {
  return everyPid().filter((pid) => pid !== process.pid)
}

export function commandLineOf(pid: number): string {
  return readProcFile(pid, 'cmdline').replaceAll('\0', ' ')
}

export function environmentOf(pid: number): string {
  return readProcFile(pid, 'environ').replaceAll('\0', ' ')
}

/** Looks every few milliseconds until there is something to see; undefined when `until` says that nothing will come. */
export async function lookFor<Found>(
  look: () => Found | undefined,
  until: Promise<unknown>,
): Promise<Found | undefined> {
  let over = false
  void until.finally(() => (over = true))
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    if (over) return undefined
    await sleep(10)
  }
}

/** Waits for nothing more to be found, but no longer than that; resolves with what is still there. */
export async function waitUntilNone<Found>(look: () => Found[], timeoutMs: number): Promise<Found[]> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    const found = look()
    if (found.length === 0 || performance.now() > giveUpAt) return found
    await sleep(50)
  }
}

/**
 * Kills a process in the middle of whatever it does. False when it had ended before: it is stopped first, so that
 * there is no doubt.
 */
export async function killRunning(pid: number, name: string): Promise<boolean> {
  const found = processInfo(pid)
  if (found?.name !== name || found.state === 'Z') return false
  try {
    process.kill(pid, 'SIGSTOP')
    while (!'TtZX'.includes(processInfo(pid)?.state ?? 'X')) await sleep(1)
    const alive = processInfo(pid)?.state.toUpperCase() === 'T'
    process.kill(pid, 'SIGKILL')
    return alive
  } catch {
    return false
  }
}
