import { HoldfastError, hasCode } from '@holdfast/plugin'
import { userInfo } from 'node:os'
import { type Address, parameterOf, usesService, withDatabase } from './address.ts'
import { chooseClient, type Client, findClients, installHint } from './clients.ts'
import { connect, type Connection } from './connection.ts'

export interface TargetOptions {
  environment: NodeJS.ProcessEnv
  /** The version of the pg_dump that made the dump, where one is to be restored. */
  dumpVersion: string | undefined
  signal: AbortSignal
}

const applicationName = 'holdfast:restore'

/** Connects with the client of the server's major version, or of the dump's if that is newer. */
export async function connectTarget(address: Address, options: TargetOptions): Promise<Connection> {
  const connection = await connect(address, { ...options, applicationName })
  const { dumpVersion } = options
  if (dumpVersion === undefined || connection.client.major >= majorOf(dumpVersion)) return connection
  try {
    return { ...connection, client: clientForDump(await findClients(options.environment), dumpVersion) }
  } catch (error) {
    await connection.close()
    throw error
  }
}

function clientForDump(clients: readonly Client[], version: string): Client {
  const major = majorOf(version)
  try {
    return chooseClient(clients, { version, major })
  } catch (error) {
    if (!hasCode(error, 'DATABASE_CLIENT_TOO_OLD')) throw error
    throw new HoldfastError(
      'DATABASE_CLIENT_TOO_OLD',
      `The dump was made by pg_dump ${version}, and the newest pg_restore here is ${clients[0]?.version}.`,
      { hint: installHint(major), cause: error },
    )
  }
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}

/** A connection to another database of the same server, for what can not be done from inside. */
export async function connectMaintenance(
  address: Address,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Connection> {
  try {
    return await connect(withDatabase(address, 'postgres'), { environment, applicationName, signal })
  } catch (error) {
    if (!hasCode(error, 'DATABASE_MISSING') && !hasCode(error, 'DATABASE_REFUSED')) throw error
    return await connect(withDatabase(address, 'template1'), { environment, applicationName, signal })
  }
}

/** The database that the address names, as far as that can be told without a service file. */
export function databaseName(address: Address): string | undefined {
  const named = parameterOf(address, 'dbname') ?? parameterOf(address, 'user')
  return named ?? (usesService(address) ? undefined : userInfo().username)
}
