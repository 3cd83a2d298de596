import { HoldfastError, isHoldfastError } from '@holdfast/plugin'
import { parseAddress } from './address.ts'
import { type Child, type ChildOptions, spawnChild } from './child.ts'
import { writeTo } from './child-input.ts'
import { classifyFailure, type Exit } from './classify.ts'
import { type Client, installHint } from './clients.ts'
import { parseContents } from './contents.ts'
import type { DumpReader } from './dump-reader.ts'
import { connectionEnvironment } from './environment.ts'

const shownErrors = 5

export interface ArchiveReaderOptions {
  environment: NodeJS.ProcessEnv
  /** The version of the pg_dump that made the archive, for messages. */
  dumpVersion: string
  signal: AbortSignal
}

/**
 * Reads a custom-format archive with the real pg_restore, twice at the same time: one decodes every byte of it and
 * throws the SQL away, one lists the contents and takes only the head. No temporary file, no server.
 */
export async function readArchive(
  client: Pick<Client, 'pgRestore' | 'version'>,
  options: ArchiveReaderOptions,
): Promise<DumpReader> {
  const nowhere = parseAddress(undefined, {})
  const shared: ChildOptions = {
    environment: await connectionEnvironment(nowhere, options.environment, ''),
    address: nowhere,
    signal: options.signal,
    stdin: 'pipe',
  }
  const errors: string[] = []
  const decoder = spawnChild(client.pgRestore, ['--file=/dev/null'], {
    ...shared,
    onLine: (line) => {
      if (line !== '' && errors.length < shownErrors) errors.push(line.replace('pg_restore: error: ', ''))
    },
  })
  decoder.stdout.resume()
  const lister = spawnChild(client.pgRestore, ['--list'], shared)
  const list = readText(lister)

  return {
    async write(chunk) {
      await Promise.all([writeTo(lister, chunk), writeTo(decoder, chunk)])
    },
    async finish() {
      lister.stdin?.end()
      decoder.stdin?.end()
      const [exit, text] = await Promise.all([decoder.exited, list])
      options.signal.throwIfAborted()
      const failure = exit.code === 0 ? undefined : failureOf(decoder, exit, client, options)
      if (failure !== undefined) return { errors, failure }
      if (exit.code === 0) errors.length = 0
      else if (errors.length === 0) errors.push(`pg_restore exited with ${exit.code} and said nothing`)
      return { errors, ...(text === undefined ? {} : { contents: parseContents(text) }) }
    },
    async abandon() {
      const abandoned = new Error('The reading was given up.')
      const children = [lister, decoder]
      for (const child of children) child.fail(abandoned)
      await Promise.all(children.map((child) => child.exited))
    },
  }
}

/** What a child printed, or undefined if it failed. */
async function readText(child: Child): Promise<string | undefined> {
  try {
    let text = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk as string
    return text
  } catch {
    return undefined
  }
}

/** What went wrong with pg_restore itself; undefined where the archive is to blame. */
function failureOf(
  child: Child,
  exit: Exit,
  client: Pick<Client, 'version'>,
  { dumpVersion }: ArchiveReaderOptions,
): HoldfastError | undefined {
  const stderr = child.stderrTail()
  const unreadable = unreadableArchive(stderr, client, dumpVersion)
  if (unreadable !== undefined) return unreadable
  if (exit.code !== null && !/out of memory/i.test(stderr)) return undefined
  if (exit.code === null && exit.signal === null && isHoldfastError(child.stdout.errored)) {
    return child.stdout.errored
  }
  return classifyFailure('pg_restore', stderr, exit, parseAddress(undefined, {}), 'DATABASE_RESTORE_FAILED')
}

/** The error for an archive that is too new for this pg_restore, if that is what it complained of. */
export function unreadableArchive(
  stderr: string,
  client: Pick<Client, 'version'>,
  dumpVersion: string,
): HoldfastError | undefined {
  const format = /unsupported version \(([\d.]+)\) in file header/.exec(stderr)?.[1]
  if (format === undefined) return undefined
  return new HoldfastError(
    'DATABASE_CLIENT_TOO_OLD',
    `The dump was made by pg_dump ${dumpVersion} (archive format ${format}), and the newest pg_restore here, ` +
      `${client.version}, is too old to read it.`,
    { hint: installHint(Number.parseInt(dumpVersion, 10)) },
  )
}
