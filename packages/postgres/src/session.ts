import { HoldfastError } from '@holdfast/plugin'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { type Address, describeAddress } from './address.ts'
import { endProcess } from './child.ts'
import { classifyFailure, said } from './classify.ts'
import type { Client } from './clients.ts'
import { connectionArguments } from './environment.ts'
import { redact, redactTail } from './redact.ts'
import { queryError } from './server-error.ts'
import { readStderr } from './stderr.ts'

export interface SessionOptions {
  /** As `connectionEnvironment` gives it. */
  environment: Readonly<Record<string, string>>
  /** What pg_stat_activity shows. */
  applicationName: string
  /** Cancels what the server does for this session and ends it. */
  signal: AbortSignal
}

/** One connection to the server. Queries asked for at the same time run one after the other. */
export interface Session {
  /** The rows of one SELECT, without its semicolon. Cast integers beyond 2^53 to text. Aborting ends the session. */
  query<Row>(sql: string, signal?: AbortSignal): Promise<Row[]>
  /** Runs one statement, without its semicolon, that gives no rows. Aborting ends the session. */
  execute(sql: string, signal?: AbortSignal): Promise<void>
  /** Cancels what is running and disconnects. Twice is fine. Never rejects. */
  close(): Promise<void>
  /** The schemas that unqualified names were looked up in before the session emptied its search path. */
  readonly searchPath: readonly string[]
  /** Resolves when the connection is gone, however that came about. */
  readonly closed: Promise<void>
}

interface Pending {
  sql: string
  resolve(output: string): void
  reject(error: unknown): void
}

const cancelAfterMs = 2_000

/**
 * Connects through psql, so that whatever lets pg_dump in lets this in too: it is the same libpq, with the same
 * password and service files, TLS settings and hosts. See docs/decisions for why there is no driver.
 */
export async function openSession(
  client: Client,
  address: Address,
  options: SessionOptions,
): Promise<Session> {
  const session = startPsql(client, address, options)
  try {
    const [path] = await session.query<{ schemas: string[] }>(
      'SELECT pg_catalog.current_schemas(true) AS schemas',
    )
    // From here on only names of pg_catalog need no schema: nobody's function of the same name gets in between.
    await session.query(`SELECT pg_catalog.set_config('search_path', '', false)`)
    return { ...session, searchPath: path?.schemas ?? [] }
  } catch (error) {
    await session.close()
    throw error
  }
}

function startPsql(client: Client, address: Address, options: SessionOptions): Omit<Session, 'searchPath'> {
  const marker = `holdfast-${randomBytes(12).toString('hex')}`
  const psql = spawn(
    client.psql,
    ['-X', '-q', '-A', '-t', '--no-password', ...connectionArguments(address)],
    {
      env: { ...options.environment, PGAPPNAME: options.applicationName, PGCLIENTENCODING: 'UTF8' },
      // Ctrl-C in a terminal goes to this process alone. Should this one die, psql reads the end of its input.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  const stderr = readStderr(() => undefined)
  const decoder = new StringDecoder('utf8')
  const queue: Pending[] = []
  let output = ''
  let ending: Error | undefined
  let started = false

  const failAll = (error: Error) => {
    ending ??= error
    for (const pending of queue.splice(0)) pending.reject(ending)
  }
  const send = () => {
    const [next] = queue
    if (!next) return
    psql.stdin.write(
      `${next.sql}\n;\n\\echo ${marker} :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo ${marker} end\n`,
    )
  }
  const receive = (text: string) => {
    output += text
    const end = output.indexOf(
      `${marker} end\n`,
      Math.max(0, output.length - text.length - marker.length - 5),
    )
    if (end < 0) return
    const start = output.indexOf(`${marker} `)
    const [status = '', ...message] = output.slice(start + marker.length + 1, end).split('\n')
    const result = output.slice(0, start)
    output = ''
    started = true
    const done = queue.shift()
    if (status === '00000') done?.resolve(result)
    else
      done?.reject(queryError(status, redact(message.join('\n').trim(), address), describeAddress(address)))
    send()
  }
  const ask = (sql: string, signal: AbortSignal | undefined): Promise<string> => {
    signal?.throwIfAborted()
    if (ending) return Promise.reject(ending)
    const abort = () => end(reasonOf(signal))
    signal?.addEventListener('abort', abort, { once: true })
    return new Promise<string>((resolve, reject) => {
      queue.push({ sql, resolve, reject })
      if (queue.length === 1) send()
    }).finally(() => signal?.removeEventListener('abort', abort))
  }

  psql.stdout.on('data', (chunk: Buffer) => receive(decoder.write(chunk)))
  psql.stderr.on('data', (chunk: Buffer) => stderr.write(chunk))
  psql.stdin.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    psql.once('error', (cause) => {
      if (psql.pid !== undefined) return
      failAll(
        new HoldfastError(
          'DATABASE_CLIENT_MISSING',
          `${client.psql} could not be started: ${cause.message}.`,
          { cause },
        ),
      )
      resolve()
    })
    psql.once('close', (code, signal) => {
      failAll(
        started
          ? connectionLost(stderr.tail(), address)
          : classifyFailure('psql', stderr.tail(), { code, signal }, address, 'DATABASE_UNREACHABLE'),
      )
      options.signal.removeEventListener('abort', abortAll)
      resolve()
    })
  })

  // SIGINT makes psql send a cancel request for the running query and leave; SIGTERM alone would let it run on.
  const end = (error: Error) => {
    if (ending) return
    const busy = queue.length > 0
    failAll(error)
    psql.stdin.end()
    if (busy) psql.kill('SIGINT')
    const timer = setTimeout(() => endProcess(psql), cancelAfterMs)
    void closed.then(() => clearTimeout(timer))
  }
  const abortAll = () => end(reasonOf(options.signal))
  if (options.signal.aborted) abortAll()
  else options.signal.addEventListener('abort', abortAll, { once: true })

  return {
    async query<Row>(sql: string, signal?: AbortSignal): Promise<Row[]> {
      const text = await ask(`SELECT coalesce(pg_catalog.json_agg(q), '[]') FROM (\n${sql}\n) q`, signal)
      return JSON.parse(text) as Row[]
    },
    async execute(sql, signal) {
      await ask(sql, signal)
    },
    async close() {
      end(new HoldfastError('DATABASE_CONNECTION_LOST', 'The session was closed.'))
      await closed
    },
    closed,
  }
}

function connectionLost(stderr: string, address: Address): HoldfastError {
  return new HoldfastError(
    'DATABASE_CONNECTION_LOST',
    `The connection to ${describeAddress(address)} ended in the middle of the work. ${said('psql', redactTail(stderr, address))}`,
    {
      hint: "Look at the server's log for a restart, an administrator's command or a crash; then run the backup again.",
      retryable: true,
    },
  )
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason })
}
