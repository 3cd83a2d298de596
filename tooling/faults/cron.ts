import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { sendSignal } from './holdfast.ts'
import type { Workplace } from './workplace.ts'

/** The cron app in this checkout, which is run as a user runs it: as a process of its own. */
const cronBin = fileURLToPath(new URL('../../apps/cron/bin/holdfast-cron.js', import.meta.url))

/** One line of the log. */
interface LogLine {
  level: string
  msg: string
  run?: string
  job?: string
  task?: string
  status?: string
  url?: string
  error?: { code: string; message: string }
}

export interface RunningCron {
  pid: number
  /** Everything that it has logged so far. */
  lines(): LogLine[]
  /** Waits for a line; rejects when the process ends before. */
  line(is: (line: LogLine) => boolean, from?: number): Promise<LogLine>
  /** Waits until it is ready to answer, and says where it does. */
  url(): Promise<string>
  get(path: string): Promise<{ status: number; body: string }>
  signal(name: NodeJS.Signals): void
  ended: Promise<{ exitCode: number | undefined; signal: string | undefined; stderr: string }>
}

export function startCron(
  { directory, environment }: Pick<Workplace, 'directory' | 'environment'>,
  args: readonly string[] = ['--port', '0'],
): RunningCron {
  const child = execa(process.execPath, [cronBin, ...args], {
    cwd: directory,
    extendEnv: false,
    env: environment,
    reject: false,
    stdin: 'ignore',
    buffer: { stdout: false },
  })
  const { pid } = child
  if (pid === undefined) throw new Error('holdfast-cron could not be started')
  const lines: LogLine[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    const parts = `${rest}${part}`.split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.map((one) => JSON.parse(one) as LogLine))
  })
  let over = false
  const ended = child.then(({ exitCode, signal, stderr }) => {
    over = true
    return { exitCode, signal, stderr }
  })

  const line: RunningCron['line'] = async (is, from = 0) => {
    for (;;) {
      const found = lines.slice(from).find(is)
      if (found !== undefined) return found
      if (over) throw new Error(`holdfast-cron has ended:\n${(await ended).stderr}\n${said(lines)}`)
      await sleep(20)
    }
  }
  const url = async (): Promise<string> => (await line((one) => one.url !== undefined)).url ?? ''
  return {
    pid,
    lines: () => lines,
    line,
    url,
    get: async (path) => {
      const response = await fetch(`${await url()}${path}`)
      return { status: response.status, body: await response.text() }
    },
    signal: (name) => void sendSignal(pid, name),
    ended,
  }
}

function said(lines: readonly LogLine[]): string {
  return lines.map(({ level, job = '', msg }) => `${level} ${job} ${msg}`).join('\n')
}

/** What Linux counts of a process. */
export interface Resources {
  /** Computing time, its children's not included. */
  cpuMs: number
  residentBytes: number
  sockets: number
  /** How often its main thread was woken for something to do. */
  wakeUps: number
}

const ticksPerSecond = 100

export function resourcesOf(pid: number): Resources {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)
  const switches = /^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond,
    residentBytes: Number(resident?.[1]) * 1024,
    sockets: readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(pid, fd).startsWith('socket:')).length,
    wakeUps: Number(switches?.[1]),
  }
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`)
  } catch {
    return ''
  }
}
