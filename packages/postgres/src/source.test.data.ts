import type { DumpRequest, Snapshot, Source } from '@holdfast/plugin'
import { execa } from 'execa'
import { randomBytes } from 'node:crypto'
import { findClients, newestClient } from './clients.ts'
import { postgresSource } from './source.ts'

/** A request as a job without options makes it; every call is another job, so that locks do not meet. */
export function dumpRequest(changes: Partial<DumpRequest> = {}): DumpRequest {
  return {
    job: `test-${randomBytes(4).toString('hex')}`,
    kind: 'full',
    format: 'custom',
    tables: { include: [], exclude: [] },
    ownership: false,
    globals: false,
    rowCounts: true,
    countSessions: 1,
    lockWaitTimeoutMs: 5_000,
    stallTimeoutMs: 30_000,
    ...changes,
  }
}

export const never: AbortSignal = new AbortController().signal

export function sourceOf(url: string, environment: NodeJS.ProcessEnv = process.env): Source {
  return postgresSource(url, { environment })
}

/** Takes a snapshot, hands it over, and closes it whatever happens. */
export async function withSnapshot<Result>(
  url: string,
  changes: Partial<DumpRequest>,
  use: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  const snapshot = await sourceOf(url).snapshot(dumpRequest(changes), never)
  try {
    return await use(snapshot)
  } finally {
    await snapshot.close()
  }
}

export async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The whole dump, in memory. */
export async function dumpOf(snapshot: Snapshot): Promise<Buffer> {
  return readAll(snapshot.dump(() => undefined, never))
}

/** A custom dump as SQL, by pg_restore. */
export async function asSql(archive: Buffer, flags: readonly string[] = []): Promise<string> {
  const client = newestClient(await findClients(process.env))
  const { stdout } = await execa(client.pgRestore, ['--file=-', ...flags], { input: archive, maxBuffer: 1e9 })
  return stdout
}

/** The error that a promise is rejected with. */
export async function errorOf(promise: Promise<unknown>): Promise<Error & { code: string; hint: string }> {
  try {
    await promise
  } catch (error) {
    return error as Error & { code: string; hint: string }
  }
  throw new Error('It did not fail.')
}
