import { HoldfastError, makePrivateDirectory } from '@holdfast/plugin'
import type { Address } from './address.ts'
import { chooseClient, type Client, findClients, newestClient } from './clients.ts'
import { connectionEnvironment } from './environment.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

/** One server as one job reaches it: the client that fits it, what its children need, and a first session. */
export interface Connection {
  readonly address: Address
  readonly client: Client
  /** For every child that connects. */
  readonly environment: Readonly<Record<string, string>>
  /** Ours alone, and gone once this is closed. */
  readonly directory: string
  readonly server: ServerVersion
  readonly session: Session
  /** Another session, with the same settings: one that was opened ahead, as long as there is one. */
  readonly open: () => Promise<Session>
  /** Ends every session and removes the directory. Twice is fine. Never rejects. */
  readonly close: () => Promise<void>
}

interface ServerVersion {
  /** As the server prints it: `15.18`. */
  version: string
  major: number
}

export interface ConnectOptions {
  environment: NodeJS.ProcessEnv
  applicationName: string
  /** How many further sessions are opened beside the first, since they will be asked for at once. Default 0. */
  ahead?: number
  signal: AbortSignal
}

/** Finds the clients, connects, and chooses the client by the server's version. Aborting ends every session. */
export async function connect(address: Address, options: ConnectOptions): Promise<Connection> {
  const clients = await findClients(options.environment)
  const newest = newestClient(clients)
  const directory = await makePrivateDirectory('postgres')
  const sessions: Promise<Session>[] = []
  const ending = new AbortController()
  const signal = AbortSignal.any([options.signal, ending.signal])
  const close = async () => {
    ending.abort(new HoldfastError('DATABASE_CONNECTION_LOST', 'The connection was closed.'))
    await Promise.allSettled(sessions.map(async (session) => (await session).close()))
    await directory.remove()
  }
  try {
    const environment = {
      ...(await connectionEnvironment(address, options.environment, directory.path)),
      PGAPPNAME: options.applicationName,
    }
    const open = (client: Client) => {
      const session = openPrepared(client, address, {
        environment,
        applicationName: options.applicationName,
        signal,
      })
      // Where the first one fails, nobody asks for those ahead.
      session.catch(() => undefined)
      sessions.push(session)
      return session
    }
    const first = open(newest)
    const ahead = Array.from({ length: options.ahead ?? 0 }, () => open(newest))
    const session = await first
    const server = await readVersion(session)
    const client = chooseClient(clients, server)
    return {
      address,
      client,
      environment,
      directory: directory.path,
      server,
      session,
      open: () => ahead.shift() ?? open(client),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openPrepared(client: Client, address: Address, options: SessionOptions): Promise<Session> {
  const session = await openSession(client, address, options)
  try {
    await switchOffTimeouts(session)
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}

// A role or database may have timeouts that are right for an application and fatal for a backup. With row_security
// off, a query that a policy would cut short is an error instead.
async function switchOffTimeouts(session: Session): Promise<void> {
  await session.query(
    `SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN
      ('statement_timeout', 'lock_timeout', 'transaction_timeout', 'idle_session_timeout',
       'idle_in_transaction_session_timeout')`,
  )
  await session.execute('SET row_security = off')
}

async function readVersion(session: Session): Promise<ServerVersion> {
  const [row] = await session.query<{ version: string; number: number }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number`,
  )
  return { version: row?.version.split(' ')[0] ?? '', major: Math.floor((row?.number ?? 0) / 10_000) }
}
