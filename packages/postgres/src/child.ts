import { type ErrorCode, HoldfastError, markOwned } from '@holdfast/plugin'
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { Readable, type Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { basename } from 'node:path'
import type { Address } from './address.ts'
import { classifyFailure, type Exit } from './classify.ts'
import type { LargePipe } from './large-pipe.ts'
import { redact, redactTail } from './redact.ts'
import { readStderr } from './stderr.ts'
import { watchdog } from './watchdog.ts'
import { withWideOutput } from './wide-output.ts'

export interface ChildOptions {
  /** All of the child's environment: see `connectionEnvironment`. */
  environment: Readonly<Record<string, string>>
  /** For messages, and for what must be redacted from them. */
  address: Address
  /** Ends the child: SIGTERM, then SIGKILL after five seconds. */
  signal: AbortSignal
  /** Ends it with SIGINT first, upon which psql cancels what the server does for it; SIGTERM two seconds later. */
  interrupt?: boolean
  /** `pipe` to write to it; by default there is nothing to read. */
  stdin?: 'pipe' | 'ignore'
  /** Every line of the standard error, redacted, at most 8 KB of each. */
  onLine?: (line: string) => void
  /** DATABASE_STALLED when nothing at all comes for so long, unless a reader is behind with what has come. */
  stallTimeoutMs?: number
  /** Its output is large: let it be written in large pieces where that can be had, and come through this. */
  largePipe?: LargePipe
  /** Exit 0 without a single byte is a failure. */
  expectOutput?: boolean
  /** May say more about a failure before the stream is destroyed with it, while what caused it is still there. */
  explain?: (error: HoldfastError) => Promise<Error>
  /** The code of a failure that has no recognised shape; DATABASE_DUMP_FAILED if left out. */
  fallbackCode?: ErrorCode
}

export interface Child {
  readonly pid: number | undefined
  /** Ends only once the process has exited 0; in every other case it is destroyed with the error (law 2). */
  readonly stdout: Readable
  /** Only with `stdin: 'pipe'`. A child that stops reading makes it emit EPIPE, which is handled here. */
  readonly stdin: Writable | null
  /** How the process ended, once it and everything it printed are gone. Never rejects. */
  readonly exited: Promise<Exit>
  /** The last 4 KB of its standard error, redacted. */
  stderrTail(): string
  /** Destroys the stream with this error and ends the process. */
  fail(error: Error): void
  /** Whether it has printed anything yet. */
  hasPrinted(): boolean
}

const terminateAfterMs = 2_000
const killAfterMs = 5_000

/** Starts a child whose output can be trusted once it ends. Its standard error is always drained. */
export function spawnChild(file: string, args: readonly string[], options: ChildOptions): Child {
  const program = basename(file)
  const { largePipe } = options
  const [command, commandArgs] =
    largePipe === undefined ? [file, args] : withWideOutput(file, args, options.environment)
  const child = spawn(command, commandArgs, {
    env: options.environment,
    // Ctrl-C in a terminal goes to this process alone, which then ends the child in its own way.
    detached: true,
    stdio: [options.stdin ?? 'ignore', largePipe?.writer ?? 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable | null, Readable | null, Readable>
  largePipe?.writer.destroy()
  const source = (largePipe?.reader ?? child.stdout) as Readable
  const stderr = readStderr((line) => options.onLine?.(redact(line, options.address)))
  let failure: Error | undefined
  let readToEnd = false
  let hasOutput = false

  const dog =
    options.stallTimeoutMs === undefined
      ? undefined
      : watchdog(options.stallTimeoutMs, () => fail(stalled(program, options)))
  const stdout = new Readable({
    highWaterMark: source.readableHighWaterMark,
    read() {
      dog?.resume()
      source.resume()
    },
    destroy(error, callback) {
      options.signal.removeEventListener('abort', abort)
      dog?.stop()
      source.destroy()
      if (options.interrupt === true) interruptProcess(child)
      else endProcess(child)
      callback(error)
    },
  })
  // Whoever only awaits `exited` must not be brought down by a stream that nobody reads.
  stdout.on('error', () => undefined)
  const fail = (error: Error) => {
    failure ??= error
    stdout.destroy(failure)
  }
  const abort = () => fail(abortError(options.signal))

  const onBytes = () => {
    dog?.touch()
    hasOutput = true
  }
  if (largePipe !== undefined) largePipe.onBytes = onBytes
  source.on('data', (chunk: Buffer) => {
    onBytes()
    if (stdout.push(markOwned(chunk))) return
    source.pause()
    dog?.pause()
  })
  source.once('end', () => (readToEnd = true))
  source.once('error', (error) => fail(error))
  child.stderr.on('data', (chunk: Buffer) => {
    dog?.touch()
    stderr.write(chunk)
  })
  child.stderr.on('end', () => stderr.end())
  child.stdin?.on('error', () => undefined)

  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      if (child.pid !== undefined) return
      fail(notStarted(file, error))
      resolve({ code: null, signal: null })
    })
    // A failure need not wait for a reader who is slow; its text is all there once the standard error has ended.
    child.once('exit', (code, signal) => {
      if (code !== 0 || stdout.destroyed) void explainExit({ code, signal }).then(fail)
    })
    child.once('close', (code, signal) => {
      const end = () => {
        dog?.stop()
        if (code === 0) finish()
        resolve({ code, signal })
      }
      // A large pipe is none of the child's streams, which have all ended now.
      finished(source).then(end, end)
    })
  })
  const explainExit = async (exit: Exit): Promise<Error> => {
    dog?.stop()
    await settled(child)
    // A process of its own that it left behind may hold this open.
    child.stderr.destroy()
    const error = classifyFailure(program, stderr.tail(), exit, options.address, options.fallbackCode)
    return (await options.explain?.(error).catch(() => error)) ?? error
  }
  const finish = () => {
    if (!readToEnd) fail(incomplete(`The output of ${program} could not be read to its end.`))
    else if (options.expectOutput === true && !hasOutput) {
      fail(incomplete(`${program} exited with 0 and printed nothing.`))
    } else stdout.push(null)
  }
  stdout.once('close', () => dog?.stop())

  if (options.signal.aborted) abort()
  else options.signal.addEventListener('abort', abort, { once: true })

  return {
    pid: child.pid,
    stdout,
    stdin: child.stdin,
    exited,
    stderrTail: () => redactTail(stderr.tail(), options.address),
    fail,
    hasPrinted: () => hasOutput,
  }
}

async function settled(child: ChildProcess): Promise<void> {
  const { stderr } = child
  if (stderr === null || stderr.readableEnded || stderr.destroyed) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 1_000)
    stderr.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** SIGTERM, which lets PostgreSQL's programs cancel what the server does for them; SIGKILL if that is not enough. */
export function endProcess(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  child.once('exit', () => clearTimeout(timer))
}

function interruptProcess(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.stdin?.destroy()
  child.kill('SIGINT')
  const timer = setTimeout(() => endProcess(child), terminateAfterMs)
  child.once('exit', () => clearTimeout(timer))
}

function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason })
}

function stalled(program: string, options: ChildOptions): HoldfastError {
  return new HoldfastError(
    'DATABASE_STALLED',
    `${program} printed nothing for ${options.stallTimeoutMs} ms.`,
    {
      hint: 'Look at pg_stat_activity for what it waits for; raise stallTimeoutMs if such a pause is expected.',
      retryable: true,
    },
  )
}

function incomplete(message: string): HoldfastError {
  return new HoldfastError('DATABASE_DUMP_FAILED', message, {
    hint: 'Check that the client programs are the real ones, and run the backup again.',
    retryable: true,
  })
}

function notStarted(file: string, cause: Error): HoldfastError {
  return new HoldfastError('DATABASE_CLIENT_MISSING', `${file} could not be started: ${cause.message}.`, {
    hint: 'Install the PostgreSQL client package, or mend its permissions.',
    cause,
  })
}
