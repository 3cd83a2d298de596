import { createReadStream } from 'node:fs'
import { hasCode, type PrepareOptions, type RestoreTarget } from '@holdfast/plugin'
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
  const within = async <Result>(
    dumpVersion: string | undefined,
    signal: AbortSignal,
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> => {
    const connection = await connectTarget(address, { environment, dumpVersion, signal })
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }

  const checkThere = ({ allowNonEmpty, dump }: PrepareOptions, signal: AbortSignal): Promise<void> =>
    within(dump.client.version, signal, async ({ session }) => {
      if (!allowNonEmpty) await refuseNonEmpty(session, description)
    })

  return {
    description,
    async check(prepared, signal) {
      try {
        await checkThere(prepared, signal)
      } catch (error) {
        if (!prepared.createDatabase || !hasCode(error, 'DATABASE_MISSING')) throw error
      }
    },
    async prepare(prepared, signal) {
      try {
        await checkThere(prepared, signal)
      } catch (error) {
        if (!prepared.createDatabase || !hasCode(error, 'DATABASE_MISSING')) throw error
        await createDatabase(address, prepared.dump.database.encoding, { environment, signal })
        await checkThere(prepared, signal)
      }
    },
    stageFile,
    restoreFile(path, request, onProgress, signal) {
      return within(request.dumpVersion, signal, (connection) =>
        request.format === 'custom'
          ? restoreArchive(connection, path, request, onProgress, signal)
          : restoreScript(connection, createReadStream(path), request, onProgress, signal),
      )
    },
    restoreStream(body, request, onProgress, signal) {
      return within(request.dumpVersion, signal, (connection) =>
        restoreScript(connection, body, request, onProgress, signal),
      )
    },
    count(tables, signal) {
      return within(undefined, signal, (connection) => countPresent(connection, tables, signal))
    },
  }
}
