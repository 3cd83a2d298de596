import { HoldfastError } from '@holdfast/plugin'
import { execFile } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'

/** One installed set of PostgreSQL's client programs. */
export interface Client {
  /** As the programs print it: `15.18`. */
  version: string
  major: number
  directory: string
  psql: string
  pgDump: string
  pgRestore: string
  pgDumpall: string
}

const programs = ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall']

/**
 * Every set of client programs that is installed here, newest first. HOLDFAST_POSTGRES_BIN, a directory, replaces
 * the search, which is over before this returns: the programs say their versions while others load what they need.
 */
export async function findClients(environment: NodeJS.ProcessEnv): Promise<Client[]> {
  if (environment['HOLDFAST_POSTGRES_BIN'])
    return clientsIn([environment['HOLDFAST_POSTGRES_BIN']], environment)
  const found = await clientsIn(candidateDirectories(environment), environment)
  if (found.length > 0) return found
  // Last, because on Debian it is a script that takes longer than all the rest.
  const directory = await printed('pg_config', ['--bindir'], environment)
  return directory === '' ? [] : clientsIn([directory], environment)
}

async function clientsIn(candidates: readonly string[], environment: NodeJS.ProcessEnv): Promise<Client[]> {
  const directories = [...new Set(candidates)].map(resolveDirectory)
  const found = new Set(directories.filter((directory) => directory !== undefined))
  const clients = await Promise.all([...found].map((directory) => readClient(directory, environment)))
  return clients.filter((client) => client !== undefined).toSorted(newestFirst)
}

function candidateDirectories(environment: NodeJS.ProcessEnv): string[] {
  return [
    ...subdirectories('/usr/lib/postgresql', /^\d+$/, 'bin'),
    ...subdirectories('/usr', /^pgsql-\d+$/, 'bin'),
    ...subdirectories('/opt/homebrew/opt', /^(postgresql(@\d+)?|libpq)$/, 'bin'),
    ...subdirectories('/usr/local/opt', /^(postgresql(@\d+)?|libpq)$/, 'bin'),
    ...(environment['PATH'] ?? '').split(delimiter).filter((directory) => directory !== ''),
  ]
}

function subdirectories(base: string, name: RegExp, inner: string): string[] {
  try {
    const entries = readdirSync(base)
    return entries.filter((entry) => name.test(entry)).map((entry) => join(base, entry, inner))
  } catch {
    return []
  }
}

// Follows links, so that one installation counts once. Debian's pg_wrapper, which PATH leads to, adds settings of
// its own; the programs behind it are found where they are installed.
function resolveDirectory(directory: string): string | undefined {
  try {
    const target = realpathSync(join(directory, 'pg_dump'))
    if (basename(target) === 'pg_wrapper') return undefined
    return [dirname(target), directory].find(hasPrograms)
  } catch {
    return undefined
  }
}

function hasPrograms(directory: string): boolean {
  return programs.every((program) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

async function readClient(directory: string, environment: NodeJS.ProcessEnv): Promise<Client | undefined> {
  const pgDump = join(directory, 'pg_dump')
  const version = /^pg_dump \(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(await versionOf(pgDump, environment))?.[1]
  if (version === undefined) return undefined
  return {
    version,
    major: majorOf(version),
    directory,
    psql: join(directory, 'psql'),
    pgDump,
    pgRestore: join(directory, 'pg_restore'),
    pgDumpall: join(directory, 'pg_dumpall'),
  }
}

const versions = new Map<string, Promise<string>>()

/** What a program says of itself, which is asked once for as long as the file stays the same. */
function versionOf(program: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { ino, size, mtimeMs } = statSync(program)
  const file = `${program} ${ino} ${size} ${mtimeMs}`
  const known = versions.get(file) ?? printed(program, ['--version'], environment)
  versions.set(file, known)
  return known
}

/** What a program prints; empty where it can't be run, fails, or takes longer than ten seconds. */
function printed(program: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { env: environment, timeout: 10_000 }, (error, stdout) => {
      resolve(error === null ? stdout.trim() : '')
    })
  })
}

function majorOf(version: string): number {
  return Number(version.split('.')[0])
}

function minorOf(version: string): number {
  return Number(version.split('.')[1] ?? 0)
}

function newestFirst(a: Client, b: Client): number {
  return b.major - a.major || minorOf(b.version) - minorOf(a.version)
}

/**
 * The client for a server: of the same major version if there is one, otherwise the next newer. The nearest, because
 * pg_restore 17 and later sets what servers before 17 do not know.
 */
export function chooseClient(clients: readonly Client[], server: { version: string; major: number }): Client {
  requireClient(clients, server.major)
  const fitting = clients.filter((client) => client.major >= server.major)
  const nearest = Math.min(...fitting.map((client) => client.major))
  const chosen = fitting.filter((client) => client.major === nearest).toSorted(newestFirst)[0]
  if (chosen) return chosen
  const newest = clients.toSorted(newestFirst)[0]
  throw new HoldfastError(
    'DATABASE_CLIENT_TOO_OLD',
    `The server is PostgreSQL ${server.version}, and the newest pg_dump here is ${newest?.version} (${newest?.directory}); ` +
      'pg_dump refuses servers newer than itself.',
    { hint: installHint(server.major) },
  )
}

/** The newest client, for talking to a server whose version is not known yet. */
export function newestClient(clients: readonly Client[]): Client {
  return requireClient(clients, undefined)
}

function requireClient(clients: readonly Client[], major: number | undefined): Client {
  const newest = clients.toSorted(newestFirst)[0]
  if (newest) return newest
  throw new HoldfastError(
    'DATABASE_CLIENT_MISSING',
    `PostgreSQL's client programs (${programs.join(', ')}) were not found under /usr/lib/postgresql, by pg_config or on PATH.`,
    { hint: installHint(major) },
  )
}

/** Which package brings the client programs of a major version, and how. */
export function installHint(major: number | undefined): string {
  const name = major === undefined ? 'postgresql-client' : `postgresql-client-${major}`
  return (
    `Install ${name}: sudo apt-get install ${name}. Where the distribution does not have it, ` +
    'https://www.postgresql.org/download/ does. Clients of several versions can stand side by side.'
  )
}

const hostileServerFixed: Readonly<Record<number, number>> = { 13: 23, 14: 23, 15: 18, 16: 14, 17: 10, 18: 4 }
const plainRestoreFixed: Readonly<Record<number, number>> = { 14: 24, 15: 19, 16: 15, 17: 11, 18: 6 }

/** Known security defects of this client that matter for this format. */
export function clientWarnings(client: Client, format: 'custom' | 'plain'): string[] {
  const warnings: string[] = []
  if (isBelow(client, hostileServerFixed)) {
    warnings.push(
      `The client programs ${client.version} have CVE-2026-6477, which a hostile server can exploit. Update them.`,
    )
  }
  if (format === 'plain' && isBelow(client, plainRestoreFixed)) {
    warnings.push(
      `The client programs ${client.version} have CVE-2026-18408, which concerns restoring plain dumps. ` +
        'Update them, or use the custom format.',
    )
  }
  return warnings
}

// Majors that were no longer maintained when a defect was mended have it still.
function isBelow(client: Client, fixed: Readonly<Record<number, number>>): boolean {
  const minor = fixed[client.major]
  if (minor !== undefined) return minorOf(client.version) < minor
  return client.major < Math.min(...Object.keys(fixed).map(Number))
}
