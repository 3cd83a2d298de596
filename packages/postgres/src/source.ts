import type { Source } from '@holdfast/plugin'
import { parseAddress } from './address.ts'
import { preflight } from './preflight.ts'
import { takeSnapshot } from './snapshot.ts'

/**
 * A PostgreSQL database as a source of backups. `databaseText` is a libpq URI or keyword string; without it the PG*
 * variables say where. Throws DATABASE_URL_INVALID at once; everything else waits until it is asked for.
 */
export function postgresSource(
  databaseText: string | undefined,
  options: { environment: NodeJS.ProcessEnv },
): Source {
  const address = parseAddress(databaseText, options.environment)
  return {
    preflight: (request, signal) => preflight(address, options.environment, request, signal),
    snapshot: (request, signal) => takeSnapshot(address, options.environment, request, signal),
  }
}
