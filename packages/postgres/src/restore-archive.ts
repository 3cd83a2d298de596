import type { RestoreRequest } from '@holdfast/plugin'
import { spawnChild } from './child.ts'
import type { Connection } from './connection.ts'
import { connectionArguments } from './environment.ts'
import { restoreArguments } from './restore-arguments.ts'
import { collectErrors, restoreFailure } from './restore-errors.ts'

/** Processes that work at the same time write into each other's lines, piece by piece. */
const tableMention = /processing data for table "(.*?)"(?=pg_restore: |processing data for |$)/g

/**
 * Restores an archive from a file with pg_restore -j. It goes on after an error, as pg_restore does by itself, so that
 * one run shows all that has to be mended; but any error makes the restore fail.
 */
export async function restoreArchive(
  { address, client, environment }: Connection,
  path: string,
  request: RestoreRequest,
  onProgress: (table: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const errors = collectErrors()
  const args = [
    ...connectionArguments(address),
    '--no-password',
    '--verbose',
    `--jobs=${request.jobs}`,
    ...restoreArguments(request),
    path,
  ]
  const child = spawnChild(client.pgRestore, args, {
    environment,
    address,
    signal,
    fallbackCode: 'DATABASE_RESTORE_FAILED',
    onLine: (line) => {
      for (const [, table] of line.matchAll(tableMention)) if (table !== undefined) onProgress(table)
      errors.line(line.replaceAll(tableMention, ''))
    },
  })
  child.stdout.resume()
  const exit = await child.exited
  signal.throwIfAborted()
  if (exit.code === 0 && errors.count === 0) return
  throw restoreFailure({
    program: 'pg_restore',
    child,
    exit,
    errors,
    client,
    dumpVersion: request.dumpVersion,
    address,
    outcome: 'What could be restored is in the target; empty it, mend the cause and restore again.',
  })
}
