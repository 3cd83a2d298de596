import { HoldfastError, type RestoreRequest } from '@holdfast/plugin'
import type { Readable } from 'node:stream'
import { type Child, spawnChild } from './child.ts'
import { writeTo } from './child-input.ts'
import type { Connection } from './connection.ts'
import { connectionArguments } from './environment.ts'
import { scanPlain } from './plain-scanner.ts'
import { refuseParts, restoreArguments } from './restore-arguments.ts'
import { collectErrors, restoreFailure } from './restore-errors.ts'

/**
 * Restores from a stream in one transaction, which psql is told to commit only after the whole stream has arrived
 * without an error and the SQL is known to be complete. (`--single-transaction` of psql or pg_restore would commit
 * at the last statement, when the end of the stream, and with it the word of its digest, is still to come.)
 */
export async function restoreScript(
  connection: Connection,
  body: Readable,
  request: RestoreRequest,
  onProgress: (table: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (request.format === 'plain') refuseParts(request)
    const script = request.format === 'plain' ? body : scriptOf(connection, body, request, signal)
    await runScript(connection, script, request, onProgress, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    body.destroy()
  }
}

const rolledBack = 'Nothing was committed: the target is as it was.'

/** An archive as SQL. Ends only after pg_restore has exited 0 and all of the body has arrived without an error. */
async function* scriptOf(
  { client, environment, address }: Connection,
  body: Readable,
  request: RestoreRequest,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const errors = collectErrors()
  const child = spawnChild(client.pgRestore, ['--file=-', ...restoreArguments(request)], {
    environment,
    address,
    signal,
    stdin: 'pipe',
    onLine: (line) => errors.line(line),
  })
  const fed = feed(child, body)
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    const exit = await child.exited
    // What went wrong with the body comes before what that did to pg_restore.
    await fed
    if (exit.code === null) throw error
    const { dumpVersion } = request
    throw restoreFailure({
      program: 'pg_restore',
      child,
      exit,
      errors,
      client,
      dumpVersion,
      address,
      outcome: rolledBack,
    })
  }
  await fed
}

/** Rejects with what went wrong with the body. */
function feed(child: Child, body: Readable): Promise<void> {
  const pour = async () => {
    for await (const chunk of body as AsyncIterable<Buffer>) await writeTo(child, chunk)
    child.stdin?.end()
  }
  const fed = pour()
  fed.catch((error: unknown) => child.fail(error instanceof Error ? error : new Error(String(error))))
  return fed
}

async function runScript(
  { client, environment, address }: Connection,
  script: AsyncIterable<Buffer>,
  { dumpVersion }: RestoreRequest,
  onProgress: (table: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const errors = collectErrors()
  const args = [
    ...connectionArguments(address),
    '-X',
    '-q',
    '--no-password',
    '--set=ON_ERROR_STOP=1',
    '--file=-',
  ]
  const child = spawnChild(client.psql, args, {
    environment,
    address,
    signal,
    stdin: 'pipe',
    interrupt: true,
    onLine: (line) => errors.line(line),
  })
  child.stdout.resume()
  try {
    await pourScript(child, script, onProgress)
  } catch (error) {
    child.fail(error instanceof Error ? error : new Error(String(error)))
    await child.exited
    throw error
  }
  const exit = await child.exited
  signal.throwIfAborted()
  if (exit.code === 0 && errors.count === 0) return
  throw restoreFailure({
    program: 'psql',
    child,
    exit,
    errors,
    client,
    dumpVersion,
    address,
    outcome: rolledBack,
  })
}

/** Rejects, with the transaction still open, when the script breaks off or is not complete. */
async function pourScript(
  child: Child,
  script: AsyncIterable<Buffer>,
  onProgress: (table: string) => void,
): Promise<void> {
  const scanner = scanPlain({
    dropTransactions: true,
    onTable: ({ schema, name }) => onProgress(`${schema}.${name}`),
  })
  const gaveUp = () => child.stdin?.writable !== true
  await writeTo(child, 'BEGIN;\n')
  for await (const chunk of script) {
    await writeTo(child, scanner.push(chunk))
    if (gaveUp()) return
  }
  const { rest, errors } = scanner.end()
  if (errors.length > 0) {
    throw new HoldfastError('DATABASE_RESTORE_FAILED', `The dump is not complete: ${errors.join('; ')}.`, {
      hint: `${rolledBack} Verify the backup, and restore another one.`,
    })
  }
  await writeTo(child, rest)
  child.stdin?.end('\nCOMMIT;\n')
}
