import { readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execaSync } from 'execa'
import { isExecutable } from './executable.ts'

const serverPrograms = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_restore', 'pg_basebackup']

/** The newest directory that holds PostgreSQL's server and client programs; HOLDFAST_POSTGRES_BIN names it outright. */
export function findBinDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const directory = candidates(environment).find((candidate) =>
    serverPrograms.every((program) => isExecutable(join(candidate, program))),
  )
  if (directory === undefined) {
    throw new Error(
      'PostgreSQL’s server programs were not found under /usr/lib/postgresql, on PATH or by pg_config. ' +
        'Install them (sudo apt-get install -y postgresql), or name their directory in HOLDFAST_POSTGRES_BIN.',
    )
  }
  return directory
}

function candidates(environment: NodeJS.ProcessEnv): string[] {
  if (environment['HOLDFAST_POSTGRES_BIN']) return [environment['HOLDFAST_POSTGRES_BIN']]
  const said = execaSync('pg_config', ['--bindir'], { reject: false, env: environment })
  return [
    ...debianDirectories(),
    ...(environment['PATH'] ?? '').split(delimiter),
    ...(typeof said.stdout === 'string' && said.stdout !== '' ? [said.stdout] : []),
  ]
}

function debianDirectories(): string[] {
  const base = '/usr/lib/postgresql'
  try {
    return readdirSync(base)
      .filter((version) => Number(version) > 0)
      .toSorted((a, b) => Number(b) - Number(a))
      .map((version) => join(base, version, 'bin'))
  } catch {
    return []
  }
}
