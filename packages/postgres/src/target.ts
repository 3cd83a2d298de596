import { createReadStream } from 'node:fs'
import { hasCode, type PreparedTarget, type PrepareOptions, type RestoreTarget } from '@holdfast/plugin'
import { describeAddress, parseAddress } from './address.ts'
import type { Connection } from './connection.ts'
import { countPresent } from './count-present.ts'
import { createDatabase } from './create-database.ts'
import { refuseNonEmpty } from './emptiness.ts'
import { restoreArchive } from './restore-archive.ts'
import { restoreScript } from './restore-script.ts'
import { stageFile } from './stage-file.ts'
import { connectTarget } from './target-connection.ts'

/**
 * A PostgreSQL database to restore into. `databaseText` is a libpq URI or keyword string; without it the PG* variables
 * say where. Throws DATABASE_URL_INVALID at once; everything else waits until it is asked for.
 */
export function postgresTarget(
  databaseText: string | undefined,
  { environment }: { environment: NodeJS.ProcessEnv },
): RestoreTarget {
  const address = parseAddress(databaseText, environment)
  const description = describeAddress(address)

  const connectChecked = async (
    { allowNonEmpty, dump }: PrepareOptions,
    signal: AbortSignal,
  ): Promise<Connection> => {
    const connection = await connectTarget(address, { environment, dumpVersion: dump.client.version, signal })
    try {
      if (!allowNonEmpty) await refuseNonEmpty(connection.session, description)
      return connection
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  return {
    description,
    async check(options, signal) {
      try {
        await (await connectChecked(options, signal)).close()
      } catch (error) {
        if (!isToBeCreated(error, options)) throw error
      }
    },
    stageFile,
    async prepare(options, signal) {
      try {
        return preparedTarget(await connectChecked(options, signal))
      } catch (error) {
        if (!isToBeCreated(error, options)) throw error
        await createDatabase(address, options.dump.database.encoding, { environment, signal })
        return preparedTarget(await connectChecked(options, signal))
      }
    },
  }
}

function isToBeCreated(error: unknown, { createDatabase }: PrepareOptions): boolean {
  return createDatabase && hasCode(error, 'DATABASE_MISSING')
}

function preparedTarget(connection: Connection): PreparedTarget {
  return {
    restoreFile: (path, request, onProgress, signal) =>
      request.format === 'custom'
        ? restoreArchive(connection, path, request, onProgress, signal)
        : restoreScript(connection, createReadStream(path), request, onProgress, signal),
    restoreStream: (body, request, onProgress, signal) =>
      restoreScript(connection, body, request, onProgress, signal),
    count: (tables, signal) => countPresent(connection, tables, signal),
    close: () => connection.close(),
  }
}
