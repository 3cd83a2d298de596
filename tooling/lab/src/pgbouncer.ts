import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isExecutable } from './executable.ts'
import { freePort } from './port.ts'
import { unprivilegedIdentity } from './unprivileged.ts'

export interface Pooler {
  url(database: string): string
  stop(): Promise<void>
}

/** Where `npm test` puts what it has taken out of Debian's packages. */
const takenOut = fileURLToPath(new URL('../../../node_modules/.cache/holdfast/', import.meta.url))

/** Where pgbouncer is, or undefined. */
export function findPgbouncer(): string | undefined {
  const directories = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    join(takenOut, 'bin'),
  ]
  return directories.map((directory) => join(directory, 'pgbouncer')).find((path) => isExecutable(path))
}

/** A pgbouncer on the loopback address before this server; it lets everybody in as the superuser of the URL. */
export async function startPgbouncer(
  program: string | undefined,
  superuserUrl: string,
  poolMode: 'session' | 'transaction' | 'statement',
  settings: Readonly<Record<string, string>> = {},
): Promise<Pooler> {
  if (program === undefined) throw new Error('pgbouncer is not installed.')
  const server = new URL(superuserUrl)
  const identity = unprivilegedIdentity()
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-lab-pgbouncer-'))
  const port = await freePort()
  const target = `host=${server.hostname} port=${server.port} user=${decodeURIComponent(server.username)} password='${decodeURIComponent(server.password)}'`
  const configuration = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: poolMode,
    ...settings,
  }
  const lines = Object.entries(configuration).map(([name, value]) => `${name} = ${value}`)
  const file = join(directory, 'pgbouncer.ini')
  await writeFile(file, `[databases]\n* = ${target}\n[pgbouncer]\n${lines.join('\n')}\n`)
  if (identity) for (const path of [directory, file]) await chown(path, identity.uid, identity.gid)
  const start = await startable(program, directory)
  const child = spawn(start.program, [file], { cwd: directory, env: start.env, stdio: 'ignore', ...identity })
  await listening(port, () => child.exitCode === null)
  return {
    url: (database) => `postgresql://anybody@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    stop: async () => {
      if (child.exitCode === null) {
        const exited = once(child, 'exit')
        child.kill('SIGKILL')
        await exited
      }
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** What was taken out of a package lies in this checkout, where another user may see nothing. */
async function startable(
  program: string,
  directory: string,
): Promise<{ program: string; env: NodeJS.ProcessEnv }> {
  if (!program.startsWith(takenOut)) return { program, env: process.env }
  const [copy, libraries] = [join(directory, 'pgbouncer'), join(directory, 'lib')]
  await cp(program, copy)
  await cp(join(takenOut, 'lib'), libraries, { recursive: true })
  return { program: copy, env: { ...process.env, LD_LIBRARY_PATH: libraries } }
}

async function listening(port: number, isAlive: () => boolean): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      if (!isAlive()) throw new Error('pgbouncer did not start.')
      await sleep(20)
    } finally {
      socket.destroy()
    }
  }
}
