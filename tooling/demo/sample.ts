import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { createSampleDatabase, type PostgresServer } from '@holdfast/lab'
import type { Place } from './run.ts'

/** The database of the demo. */
export const source = 'shop'

/** @param megabytes about how much data, in units of 1,000,000 bytes */
export async function build(server: PostgresServer, megabytes: number): Promise<void> {
  await server.psql(`CREATE DATABASE ${source}`)
  await createSampleDatabase((sql) => server.psql(sql, source), { megabytes })
}

export async function describe(server: PostgresServer): Promise<string> {
  const [tables, size] = (
    await server.psql(
      `SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^(pg_|information_)';
       SELECT pg_database_size(current_database())`,
      source,
    )
  ).split('\n')
  return `Database ${source}: ${tables} tables, ${Math.round(Number(size) / 1_000_000)} MB`
}

/** In the server's directory, because that is removed even if this process is killed. */
export async function makePlace(
  server: PostgresServer,
  more: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Place> {
  const directory = join(server.directory, 'demo')
  await mkdir(directory)
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PG|AWS_|HOLDFAST_CONFIG$)/.test(name))
  const environment = {
    ...Object.fromEntries(inherited),
    ...more,
    PATH: `${server.binDirectory}${delimiter}${process.env['PATH'] ?? ''}`,
    DATABASE_URL: server.url(source),
  }
  return { directory, environment, signal }
}
