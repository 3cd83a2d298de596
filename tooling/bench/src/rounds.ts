import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PostgresServer } from '@holdfast/lab'
import { measure, type Command, type Measured } from './commands.ts'

export interface Bench {
  server: PostgresServer
  /** The database that is backed up. */
  database: string
  /** For files; emptied after every measurement. */
  directory: string
  /** The start of holdfast's command line. */
  holdfast: readonly [string, string]
  signal: AbortSignal
}

/** What each side took, once for each round; the written procedure, which is slow and far off, in the first only. */
export interface Rounds {
  /** `pg_dump -Fc -Z0 > /dev/null`. */
  rawDumpMs: number[]
  /** `holdfast backup` to a directory, without verifiers. */
  backupMs: number[]
  /** The written procedure: `pg_dump -Fc -Z9 --file`, `--list`, `sha256sum`. */
  procedureMs: number[]
  procedureBytes: number[]
  /** `holdfast backup` to a directory with everything that it does by default. */
  verifiedBackupMs: number[]
  verifiedBackupBytes: number[]
  /** The same, encrypted to an age recipient. */
  encryptedBackupMs: number[]
  /** `pg_restore -j2` of a raw file. */
  rawRestoreMs: number[]
  /** `holdfast restore`, as it is. */
  restoreMs: number[]
}

export async function runRounds(bench: Bench, rounds: number, say: (text: string) => void): Promise<Rounds> {
  const result: Rounds = {
    rawDumpMs: [],
    backupMs: [],
    procedureMs: [],
    procedureBytes: [],
    verifiedBackupMs: [],
    verifiedBackupBytes: [],
    encryptedBackupMs: [],
    rawRestoreMs: [],
    restoreMs: [],
  }
  // The first of anything pays for cold caches.
  await rawDump(bench)
  for (let round = 1; round <= rounds; round += 1) {
    const done = (what: string, { durationMs }: Measured) => {
      say(`round ${round} of ${rounds}: ${what}, ${(durationMs / 1000).toFixed(2)} s`)
      return durationMs
    }
    result.rawDumpMs.push(done('pg_dump -Fc -Z0', await rawDump(bench)))
    result.backupMs.push(done('holdfast backup, unverified', await unverifiedBackup(bench)))

    if (round === 1) {
      const procedure = await writtenProcedure(bench)
      result.procedureMs.push(done('the written procedure', procedure))
      result.procedureBytes.push(procedure.bytes)
    }

    const backup = await verifiedBackup(bench)
    result.verifiedBackupMs.push(done('holdfast backup', backup))
    result.verifiedBackupBytes.push(backup.bytes)
    result.restoreMs.push(done('holdfast restore', await restore(bench)))
    await emptyDirectory(bench)
    result.encryptedBackupMs.push(done('holdfast backup, encrypted', await encryptedBackup(bench)))
    await emptyDirectory(bench)

    result.rawRestoreMs.push(done('pg_restore -j2', await rawRestore(bench)))
  }
  return result
}

export function rawDump(bench: Bench): Promise<Measured> {
  const { directory, signal } = bench
  return measure(`${rawDumpLine(bench)} > /dev/null`, { directory, signal })
}

/** The same dump in its compressed form, made by standard programs. bash, because sh looks at the last of them only. */
export function compressedDump(bench: Bench): Promise<Measured> {
  const { directory, signal } = bench
  const line = `set -o pipefail; ${rawDumpLine(bench)} | zstd -q -1 -c > /dev/null`
  return measure(['bash', '-c', line], { directory, signal })
}

function rawDumpLine({ server, database }: Bench): string {
  return `${quote(join(server.binDirectory, 'pg_dump'))} -Fc -Z0 ${quote(`--dbname=${server.url(database)}`)}`
}

async function unverifiedBackup(bench: Bench): Promise<Measured> {
  const { server, database, directory, holdfast, signal } = bench
  const job = {
    database: server.url(database),
    storages: [{ use: 'local', options: { path: 'unverified' } }],
    verifiers: [],
  }
  await writeFile(join(directory, 'holdfast.config.json'), JSON.stringify({ jobs: { bench: job } }))
  const measured = await measure([...holdfast, 'backup', '--json', '--quiet'], { directory, signal })
  await emptyDirectory(bench)
  return measured
}

/** The first four steps of the procedure that Holdfast replaces. */
async function writtenProcedure(bench: Bench): Promise<Measured & { bytes: number }> {
  const { directory, signal } = bench
  const measured = await measure(dumpSteps(bench), { directory, signal })
  const { size } = await stat(join(directory, 'backup.dump'))
  await emptyDirectory(bench)
  return { ...measured, bytes: size }
}

/** Those steps, with the procedure's options, as lines for a shell. */
export function dumpSteps({ server, database }: Bench): string {
  const program = (name: string) => quote(join(server.binDirectory, name))
  return `
    ${program('pg_dump')} ${quote(server.url(database))} --format=custom --compress=9 --verbose --file=backup.dump --no-owner --no-privileges 2> backup.log
    ${program('pg_restore')} --list backup.dump > /dev/null
    sha256sum backup.dump > backup.dump.sha256`
}

/** Leaves the backup in `backups`. */
export async function verifiedBackup(
  bench: Bench,
  memory = false,
  options: readonly string[] = [],
): Promise<Measured & { bytes: number }> {
  const { server, database, directory, holdfast, signal } = bench
  const command: Command = [
    ...holdfast,
    'backup',
    '--database',
    server.url(database),
    '--to',
    join(directory, 'backups'),
    '--json',
    '--quiet',
    ...options,
  ]
  const measured = await measure(command, { directory, signal, memory })
  return { ...measured, bytes: dumpBytes(measured.stdout) }
}

async function encryptedBackup(bench: Bench): Promise<Measured> {
  const { directory, holdfast, signal } = bench
  const keygen = [...holdfast, 'keygen', join(directory, 'identity.txt'), '--quiet'] as const
  const { stdout: recipient } = await measure(keygen, { directory, signal })
  return verifiedBackup(bench, false, ['--recipient', recipient])
}

function restore(bench: Bench): Promise<Measured> {
  const { directory, holdfast, signal } = bench
  return withFreshDatabase(bench, (url) =>
    measure(
      [...holdfast, 'restore', 'latest', '--from', join(directory, 'backups'), '--to', url, '--quiet'],
      { directory, signal },
    ),
  )
}

async function rawRestore(bench: Bench): Promise<Measured> {
  const { server, database, directory, signal } = bench
  const file = join(directory, 'raw.dump')
  const program = (name: string) => join(server.binDirectory, name)
  await measure([program('pg_dump'), '-Fc', '-Z0', `--file=${file}`, `--dbname=${server.url(database)}`], {
    directory,
    signal,
  })
  const measured = await withFreshDatabase(bench, (url) =>
    measure([program('pg_restore'), '-j2', '--no-owner', '--no-privileges', `--dbname=${url}`, file], {
      directory,
      signal,
    }),
  )
  await emptyDirectory(bench)
  return measured
}

async function withFreshDatabase(
  { server }: Bench,
  work: (url: string) => Promise<Measured>,
): Promise<Measured> {
  const name = 'restored'
  await server.psql(`DROP DATABASE IF EXISTS ${name}`)
  await server.psql(`CREATE DATABASE ${name}`)
  await server.psql('CHECKPOINT')
  const measured = await work(server.url(name))
  await server.psql(`DROP DATABASE ${name}`)
  return measured
}

export async function emptyDirectory({ directory }: Bench): Promise<void> {
  for (const name of [
    'backups',
    'unverified',
    'backup.dump',
    'backup.dump.sha256',
    'backup.log',
    'aws.log',
    'raw.dump',
    'identity.txt',
    'holdfast.config.json',
  ]) {
    await rm(join(directory, name), { recursive: true, force: true })
  }
}

function dumpBytes(json: string): number {
  const report = JSON.parse(json) as { backup: { objects: { role: string; bytes: number }[] } }
  const dump = report.backup.objects.find(({ role }) => role === 'dump')
  if (dump === undefined) throw new Error('the report names no dump')
  return dump.bytes
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
