import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type TestDatabase, usePostgres } from '@holdfast/lab'
import type { Report } from '@holdfast/plugin'
import { cleanEnvironment, type Outcome, type Running, sendSignal, startHoldfast } from './holdfast.ts'
import { type ProcessInfo, processesWith, waitUntilNone } from './processes.ts'
import { directoryShelf, type Shelf } from './shelf.ts'

/** One database, and one directory with its backups, where they are not elsewhere, and with whatever is temporary. */
export interface Workplace {
  database: TestDatabase
  directory: string
  /** Where backups go, as `--to` has it. */
  backups: string
  /** The same place, to look at. */
  shelf: Shelf
  /** TMPDIR of every process that is started here. */
  temporary: string
  environment: Record<string, string>
  start(args: readonly string[], environment?: Record<string, string>): Running
  run(args: readonly string[], environment?: Record<string, string>): Promise<Outcome>
  /** `backup` into `backups`, without a configuration. */
  startBackup(environment?: Record<string, string>): Running
  backUp(environment?: Record<string, string>): Promise<Outcome>
  /** Writes a configuration, to be found by everything that is started here. */
  configure(config: object): Promise<void>
  /** Every file below `backups`, unfinished ones too, by its path from there. */
  files(): Promise<string[]>
  /** Files and directories in `temporary`. */
  temporaryEntries(): Promise<string[]>
  /** What still runs of all that was started here, after some seconds at most. */
  leftRunning(): Promise<ProcessInfo[]>
  /** Sessions in the database that hold an advisory lock or belong to Holdfast, after some seconds at most. */
  leftConnected(): Promise<string[]>
  /** Kills what still runs of all that was started here, and removes everything. */
  remove(): Promise<void>
}

/** How long what was orphaned may take to notice. */
const endWithinMs = 10_000

export async function createWorkplace(
  superuserUrl: string,
  label: string,
  { template, elsewhere }: { template?: TestDatabase; elsewhere?: Shelf } = {},
): Promise<Workplace> {
  const database = await createDatabase(superuserUrl, label, template)
  const directory = await mkdtemp(join(tmpdir(), `holdfast-faults-${label}-`))
  // Where a test runs something as somebody else.
  await chmod(directory, 0o755)
  const shelf = elsewhere ?? directoryShelf(join(directory, 'backups'))
  const backups = shelf.address
  const temporary = join(directory, 'temporary')
  await mkdir(temporary)
  const environment = {
    ...cleanEnvironment(),
    ...shelf.environment,
    TMPDIR: temporary,
    DATABASE_URL: database.url,
  }
  const start = (args: readonly string[], more: Record<string, string> = {}): Running =>
    startHoldfast(args, { directory, environment: { ...environment, ...more } })
  const backup = ['backup', '--to', backups, '--json']
  const sessions = (): Promise<string> =>
    database.psql(`SELECT concat_ws(' ', a.pid, a.application_name, a.query) FROM pg_stat_activity a
      WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND (a.application_name LIKE 'holdfast:%'
        OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory'))`)
  const ours = (): ProcessInfo[] => processesWith(`TMPDIR=${temporary}`)
  /** What a test that failed or took too long has left running. */
  const endAll = async (): Promise<void> => {
    for (let left = ours(); left.length > 0; left = ours()) {
      for (const { pid } of left) sendSignal(pid, 'SIGKILL')
      await sleep(20)
    }
  }
  return {
    database,
    directory,
    backups,
    shelf,
    temporary,
    environment,
    start,
    run: (args, more) => start(args, more).outcome,
    startBackup: (more) => start(backup, more),
    backUp: (more) => start(backup, more).outcome,
    configure: (config) => writeFile(join(directory, 'holdfast.config.json'), JSON.stringify(config)),
    files: () => shelf.files(),
    temporaryEntries: () => readdir(temporary),
    leftRunning: () => waitUntilNone(ours, endWithinMs),
    leftConnected: async () => {
      const giveUpAt = performance.now() + endWithinMs
      for (;;) {
        const lines = (await sessions()).split('\n').filter((line) => line !== '')
        if (lines.length === 0 || performance.now() > giveUpAt) return lines
      }
    },
    remove: async () => {
      await endAll()
      await database.drop()
      await shelf.remove()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function createDatabase(
  superuserUrl: string,
  label: string,
  template: TestDatabase | undefined,
): Promise<TestDatabase> {
  const postgres = usePostgres(superuserUrl)
  const database = await postgres.createDatabase(label)
  if (template === undefined) return database
  await postgres.psql(`DROP DATABASE ${database.name}`)
  await postgres.psql(`CREATE DATABASE ${database.name} TEMPLATE ${template.name}`)
  return database
}

/** Twelve tables, one of them of about so many megabytes in a dump, and a large object. */
export async function fill(database: TestDatabase, { megabytes }: { megabytes: number }): Promise<void> {
  const small = Array.from({ length: 11 }, (_, index) => `CREATE TABLE small_${index} (id int);`)
  await database.psql(`
    SET synchronous_commit = off;
    CREATE TABLE orders (id int PRIMARY KEY, note text);
    INSERT INTO orders
      SELECT i, md5(i::text) || md5((-i)::text) || md5(i::text || 'x')
      FROM generate_series(1, ${Math.round(megabytes * 10_000)}) i;
    ${small.join('\n')}
    INSERT INTO small_0 SELECT generate_series(1, 100);
    SELECT lo_from_bytea(0, convert_to(repeat('a large object ', 1000), 'UTF8'));`)
}

/** The report that `--json` printed. */
export function reportOf({ stdout }: Pick<Outcome, 'stdout'>): Report {
  return JSON.parse(stdout) as Report
}
