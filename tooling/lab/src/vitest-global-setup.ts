import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

/** One server for all integration tests: over TCP every user needs a password (scram). */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({
    password: 'shared-between-tests',
    settings: { max_connections: '200', autovacuum: 'off' },
  })
  project.provide('postgresUrl', server.url())
  return () => server.stop()
}
