import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { holdfastFile, type PostgresAccess, type TestDatabase, usePostgres } from '@holdfast/lab'
import { execa, type ResultPromise } from 'execa'

/** Starting is quicker the second time. */
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/holdfast/compiled', import.meta.url))

const options = { reject: false, extendEnv: false, stripFinalNewline: true } as const

type RunOptions = typeof options & { cwd: string; env: Record<string, string> }
export type Running = ResultPromise<RunOptions>

/** An empty directory to run the real command in, as a person would: nothing but PATH comes from this process. */
export interface Desk {
  directory: string
  /** The command's file. */
  bin: string
  run(arguments_: readonly string[], environment?: Record<string, string>): Running
  /** Kills what still runs, as after a test that took too long, and removes the directory. */
  clear(): Promise<void>
}

export async function openDesk(environment: Record<string, string> = {}): Promise<Desk> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-cli-'))
  const common: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    TZ: 'UTC',
    NODE_COMPILE_CACHE: compileCache,
    ...environment,
  }
  const running = new Set<Running>()
  return {
    directory,
    bin: holdfastFile,
    run: (arguments_, more = {}) => {
      const child = execa<RunOptions>(process.execPath, [holdfastFile, ...arguments_], {
        ...options,
        cwd: directory,
        env: { ...common, ...more },
      })
      running.add(child)
      void child.then(() => running.delete(child))
      return child
    },
    clear: async () => {
      for (const child of running) child.kill('SIGKILL')
      await Promise.all(running)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A small shop of a few tables; enough rows that losing them shows. */
export async function createShop(
  postgresUrl: string,
  label: string,
): Promise<{ server: PostgresAccess; shop: TestDatabase }> {
  const server = usePostgres(postgresUrl)
  const shop = await server.createDatabase(label)
  await shop.psql(`
    CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers, note text);
    INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(1, 50) i;
    INSERT INTO orders SELECT i, 1 + i % 50, md5(i::text) FROM generate_series(1, 5000) i;`)
  return { server, shop }
}
