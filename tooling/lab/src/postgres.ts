import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { freePort } from './port.ts'
import { findBinDirectory } from './programs.ts'
import { runPsql } from './psql.ts'
import { type Identity, unprivilegedIdentity } from './unprivileged.ts'
import { watchParent } from './watch-parent.ts'

export interface PostgresOptions {
  /** Server settings, as in postgresql.conf. */
  settings?: Record<string, string>
  initdbArguments?: string[]
  /** The superuser's password. With it, TCP connections of every user need one (scram); without it nobody does. */
  password?: string
  /** Files of the data directory, by name, written before the server starts; such as pg_hba.conf or server.key. */
  dataFiles?: Record<string, string>
  /** Follow this server as a hot standby, instead of being one of its own. */
  standbyOf?: Pick<PostgresServer, 'socketDirectory' | 'port'>
}

/** A throwaway server. Over its socket nobody needs a password. */
export interface PostgresServer {
  /** postgresql:// over TCP, with the superuser's password where there is one; give other users the same. */
  url(database?: string, user?: string): string
  host: string
  port: number
  socketDirectory: string
  /** Everything of this server's; its data is in `data`, its log is `server.log`. */
  directory: string
  binDirectory: string
  pid: number
  /** Stops the server and removes its directory. Twice is fine. */
  stop(): Promise<void>
  /** Runs SQL as the superuser and returns what psql printed. */
  psql(sql: string, database?: string): Promise<string>
}

const host = '127.0.0.1'
const startAttempts = 5

/** Starts a server in a temporary directory, on a free port of the loopback address. It ends with this process at the latest. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binDirectory = findBinDirectory()
  const identity = unprivilegedIdentity()
  const directory = await makeDirectory(identity)
  try {
    await makeData(binDirectory, directory, identity, options)
    for (const [name, content] of Object.entries(options.dataFiles ?? {})) {
      await writeOwned(join(directory, 'data', name), content, identity)
    }
    const { server, port } = await startOnFreePort(binDirectory, directory, identity, options.settings ?? {})
    const release = watchParent(server.pid, directory)
    let stopped: Promise<void> | undefined
    return {
      url: (database = 'postgres', user = 'postgres') => url(port, database, user, options.password),
      host,
      port,
      socketDirectory: directory,
      directory,
      binDirectory,
      pid: server.pid,
      stop: () => (stopped ??= stop(server, directory, release)),
      psql: (sql, database = 'postgres') =>
        runPsql(
          binDirectory,
          { PGHOST: directory, PGPORT: String(port), PGUSER: 'postgres', PGDATABASE: database },
          sql,
        ),
    }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

function url(port: number, database: string, user: string, password: string | undefined): string {
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`
  return `postgresql://${encodeURIComponent(user)}${secret}@${host}:${port}/${encodeURIComponent(database)}`
}

// A socket's path may have 107 bytes only, so a deep TMPDIR is not used.
async function makeDirectory(identity: Identity | undefined): Promise<string> {
  const base = tmpdir().length > 60 ? '/tmp' : tmpdir()
  const directory = await mkdtemp(join(base, 'holdfast-lab-'))
  await chmod(directory, 0o700)
  if (identity) await chown(directory, identity.uid, identity.gid)
  return directory
}

async function makeData(
  binDirectory: string,
  directory: string,
  identity: Identity | undefined,
  options: PostgresOptions,
): Promise<void> {
  const data = join(directory, 'data')
  const run = { cwd: directory, env: { LC_ALL: 'C' }, ...identity }
  if (options.standbyOf) {
    const { socketDirectory, port } = options.standbyOf
    const source = ['-h', socketDirectory, '-p', String(port), '-U', 'postgres']
    await execa(
      join(binDirectory, 'pg_basebackup'),
      ['-D', data, '-R', '-X', 'stream', '--no-sync', '-c', 'fast', ...source],
      run,
    )
    return
  }
  const passwordFile = join(directory, 'password')
  if (options.password !== undefined) {
    await writeOwned(passwordFile, `${options.password}\n`, identity)
  }
  const authentication =
    options.password === undefined
      ? ['--auth=trust']
      : ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${passwordFile}`]
  const locale = ['--encoding=UTF8', '--locale=C']
  await execa(
    join(binDirectory, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'postgres',
      '--no-sync',
      ...locale,
      ...authentication,
      ...(options.initdbArguments ?? []),
    ],
    run,
  )
  await rm(passwordFile, { force: true })
}

async function writeOwned(path: string, content: string, identity: Identity | undefined): Promise<void> {
  await writeFile(path, content, { mode: 0o600 })
  if (identity) await chown(path, identity.uid, identity.gid)
}

type StartedServer = ChildProcess & { pid: number }

// Between finding a free port and listening on it someone else may take it: then another one is tried.
async function startOnFreePort(
  binDirectory: string,
  directory: string,
  identity: Identity | undefined,
  settings: Record<string, string>,
): Promise<{ server: StartedServer; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    try {
      return { server: await start(binDirectory, directory, identity, port, settings), port }
    } catch (error) {
      if (attempt === startAttempts || !String(error).includes('Address already in use')) throw error
    }
  }
}

async function start(
  binDirectory: string,
  directory: string,
  identity: Identity | undefined,
  port: number,
  settings: Record<string, string>,
): Promise<StartedServer> {
  const everySetting: Record<string, string> = {
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: directory,
    fsync: 'off',
    full_page_writes: 'off',
    lc_messages: 'C',
    ...settings,
  }
  const logPath = join(directory, 'server.log')
  const log = await open(logPath, 'w')
  const server = spawn(
    join(binDirectory, 'postgres'),
    [
      '-D',
      join(directory, 'data'),
      ...Object.entries(everySetting).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { cwd: directory, detached: true, stdio: ['ignore', log.fd, log.fd], ...identity },
  )
  let ended = false
  server.once('exit', () => (ended = true))
  server.once('error', () => (ended = true))
  try {
    for (;;) {
      const text = await readFile(logPath, 'utf8')
      if (ended || server.pid === undefined) throw new Error(`PostgreSQL did not start:\n${text}`)
      if (/ready to accept (read-only )?connections/.test(text)) return server as StartedServer
      await sleep(20)
    }
  } finally {
    await log.close()
  }
}

async function stop(server: StartedServer, directory: string, release: () => void): Promise<void> {
  if (server.exitCode === null && server.signalCode === null) {
    const exited = once(server, 'exit')
    const killer = setTimeout(() => server.kill('SIGQUIT'), 10_000)
    server.kill('SIGINT')
    await exited
    clearTimeout(killer)
  }
  release()
  await rm(directory, { recursive: true, force: true })
}
