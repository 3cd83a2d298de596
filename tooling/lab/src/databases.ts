import { randomBytes } from 'node:crypto'
import { findBinDirectory } from './programs.ts'
import { runPsql } from './psql.ts'

/** A server that something else started: what the shared one of the tests looks like from a test file. */
export interface PostgresAccess {
  url(database?: string): string
  /** Runs SQL and returns what psql printed, unaligned and without headings. */
  psql(sql: string, database?: string): Promise<string>
  /** An empty database of a unique name that starts with `label`. */
  createDatabase(label: string): Promise<TestDatabase>
}

export interface TestDatabase {
  name: string
  url: string
  psql(sql: string): Promise<string>
  /** Drops it, ending the sessions that are still in it. */
  drop(): Promise<void>
}

/** Works with the server at this superuser's URL. */
export function usePostgres(superuserUrl: string): PostgresAccess {
  const binDirectory = findBinDirectory()
  const parts = new URL(superuserUrl)
  const connection = {
    PGHOST: parts.hostname,
    PGPORT: parts.port,
    PGUSER: decodeURIComponent(parts.username),
    PGPASSWORD: decodeURIComponent(parts.password),
  }
  const url = (database = 'postgres') => {
    const copy = new URL(parts)
    copy.pathname = `/${encodeURIComponent(database)}`
    return copy.href
  }
  const psql = (sql: string, database = 'postgres') =>
    runPsql(binDirectory, { ...connection, PGDATABASE: database }, sql)
  return {
    url,
    psql,
    async createDatabase(label) {
      const name = `${label}_${randomBytes(4).toString('hex')}`
      const identifier = `"${name.replaceAll('"', '""')}"`
      await psql(`CREATE DATABASE ${identifier}`)
      return {
        name,
        url: url(name),
        psql: (sql) => psql(sql, name),
        drop: async () => {
          await psql(`DROP DATABASE IF EXISTS ${identifier} WITH (FORCE)`)
        },
      }
    },
  }
}
