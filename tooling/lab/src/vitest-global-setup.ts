import type { TestProject } from 'vitest/node'
import { makeHoldfast } from './holdfast-file.ts'
import { startPostgres } from './postgres.ts'

/** The command that integration tests start, and one server for all of them: over TCP every user needs a password (scram). */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await makeHoldfast()
  const server = await startPostgres({
    password: 'shared-between-tests',
    settings: { max_connections: '200', autovacuum: 'off' },
  })
  project.provide('postgresUrl', server.url())
  return () => server.stop()
}
