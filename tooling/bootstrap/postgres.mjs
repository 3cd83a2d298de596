import { readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { aptPrivilege, executable, installPackages, said } from './apt.mjs'
import { give, step } from './say.mjs'

const programs = ['initdb', 'postgres', 'pg_ctl', 'pg_dump', 'pg_restore', 'psql']

// Resolves a directory that holds PostgreSQL's server and client programs, installing them where nobody needs
// to be asked; otherwise ends with one sentence that says what to type.
export async function ensurePostgres() {
  const found = findPostgres()
  if (found) return found
  const privilege = process.env.HOLDFAST_POSTGRES_BIN ? undefined : aptPrivilege()
  if (!privilege) give(`PostgreSQL's server programs were not found; ${advice()}, then run this again.`)
  const installed = await step('PostgreSQL, installed with apt-get', () =>
    installPackages(privilege, ['postgresql', 'postgresql-client', 'zstd']),
  )
  const bin = installed && findPostgres()
  if (!bin) give(`PostgreSQL could not be installed; ${advice()}, then run this again.`)
  return bin
}

function findPostgres() {
  return candidates().find((directory) => programs.every((program) => executable(join(directory, program))))
}

function candidates() {
  if (process.env.HOLDFAST_POSTGRES_BIN) return [process.env.HOLDFAST_POSTGRES_BIN]
  return [
    ...debianDirectories(),
    ...(process.env.PATH ?? '').split(delimiter),
    said('pg_config', ['--bindir']),
  ]
}

function debianDirectories() {
  const base = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(base).filter((version) => Number(version) > 0)
    return versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(base, version, 'bin'))
  } catch {
    return []
  }
}

function advice() {
  if (process.env.HOLDFAST_POSTGRES_BIN) {
    return `HOLDFAST_POSTGRES_BIN must name a directory with ${programs.join(', ')} in it`
  }
  if (process.platform === 'darwin') return 'type "brew install postgresql@18"'
  if (said('apt-get', ['--version'])) return 'type "sudo apt-get install -y postgresql"'
  if (said('dnf', ['--version'])) return 'type "sudo dnf install -y postgresql-server"'
  return `install PostgreSQL's server (${programs.join(', ')} in one directory of PATH)`
}
