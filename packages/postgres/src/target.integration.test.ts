import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type TestDatabase, usePostgres } from '@holdfast/lab'
import type {
  DumpFormat,
  Manifest,
  PreparedTarget,
  PrepareOptions,
  RestoreRequest,
  TableFacts,
} from '@holdfast/plugin'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { findClients, newestClient } from './clients.ts'
import { postgresTarget } from './target.ts'

const sampleSql = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, feels mood,
    double int GENERATED ALWAYS AS (1 + 1) STORED);
  INSERT INTO people (name, feels) SELECT 'n' || i, 'ok' FROM generate_series(1, 5000) i;
  CREATE TABLE "Odd Name" (i int, person int REFERENCES people);
  INSERT INTO "Odd Name" SELECT i, i FROM generate_series(1, 70) i;
  CREATE TABLE empty (i int);
  CREATE TABLE root (i int) PARTITION BY RANGE (i);
  CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (0) TO (10);
  INSERT INTO root SELECT generate_series(0, 9);
  CREATE SCHEMA other;
  CREATE TABLE other.people (i int);
  INSERT INTO other.people VALUES (1), (2);
  CREATE INDEX ON people (name);
  CREATE VIEW names AS SELECT name FROM people;
  CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM people;
  CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RETURN 1;
END;
$$;
  SELECT lo_from_bytea(0, decode(repeat('ab', 50000), 'hex')), lo_from_bytea(0, 'second');`

const facts = (schema: string, name: string): TableFacts => ({ schema, name, bytes: 0 })
const tables = [
  facts('other', 'people'),
  facts('public', 'Odd Name'),
  facts('public', 'empty'),
  facts('public', 'leaf'),
  facts('public', 'people'),
]
const rows = [2, 70, 0, 10, 5000]

const postgres = usePostgres(inject('postgresUrl'))
const run = promisify(execFile)
const never = new AbortController().signal
const created: string[] = []
let source: TestDatabase
let directory: string
let dumps: Record<DumpFormat, Buffer>
let dump: Pick<Manifest, 'client' | 'database'>

beforeAll(async () => {
  source = await postgres.createDatabase('target_source')
  await source.psql(sampleSql)
  directory = await mkdtemp(join(tmpdir(), 'holdfast-target-'))
  const client = newestClient(await findClients(process.env))
  const make = async (...args: string[]) => {
    const { stdout } = await run(client.pgDump, [`--dbname=${source.url}`, ...args], {
      encoding: 'buffer',
      maxBuffer: 1e9,
    })
    return stdout
  }
  dumps = { custom: await make('-Fc', '-Z0'), plain: await make('-Fp', '--no-owner', '--no-privileges') }
  dump = { client: { version: client.version }, database: { encoding: 'UTF8' } as Manifest['database'] }
})
afterEach(async () => {
  for (const name of created.splice(0)) {
    await postgres.psql(`DROP DATABASE IF EXISTS "${name.replaceAll('"', '""')}" WITH (FORCE)`)
  }
})
afterAll(async () => {
  await source.drop()
  await rm(directory, { recursive: true })
})

async function emptyDatabase(): Promise<TestDatabase> {
  const database = await postgres.createDatabase('target')
  created.push(database.name)
  return database
}

function request(changes: Partial<RestoreRequest> = {}): RestoreRequest {
  const { version } = dump.client
  return {
    format: 'custom',
    dumpVersion: version,
    tables: [],
    part: 'all',
    jobs: 2,
    ownership: false,
    ...changes,
  }
}

async function stagedFile(bytes: Buffer, format: DumpFormat = 'custom'): Promise<string> {
  const path = join(directory, `dump-${Math.random()}`)
  await targetOf(source.url).stageFile(inPieces(bytes), path, { format }, never)
  return path
}

function inPieces(bytes: Buffer, size = 10_000): Readable {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  return Readable.from(pieces)
}

const targetOf = (url: string) => postgresTarget(url, { environment: process.env })

/** Does something with a target that is prepared, whatever is in it. */
async function inside<Result>(
  url: string,
  work: (ready: PreparedTarget) => Promise<Result>,
  options: Partial<PrepareOptions> = {},
): Promise<Result> {
  const ready = await targetOf(url).prepare(
    { createDatabase: false, allowNonEmpty: true, dump, ...options },
    never,
  )
  try {
    return await work(ready)
  } finally {
    await ready.close()
  }
}

const countIn = (url: string, wanted: TableFacts[]) => inside(url, (ready) => ready.count(wanted, never))
const rowsIn = async (url: string) => (await countIn(url, tables)).map((table) => table.rows)
/** Rejects as `prepare` does. */
const tryPreparing = (url: string, options: Partial<PrepareOptions> = {}) =>
  inside(url, async () => {}, { allowNonEmpty: false, ...options })
const ways = ['file', 'stream'] as const

async function restore(
  way: (typeof ways)[number],
  url: string,
  bytes: Buffer,
  asked = request(),
): Promise<string[]> {
  const seen: string[] = []
  const onProgress = (table: string) => void seen.push(table)
  await inside(url, async (ready) => {
    if (way === 'stream') await ready.restoreStream(inPieces(bytes), asked, onProgress, never)
    else await ready.restoreFile(await stagedFile(bytes, asked.format), asked, onProgress, never)
  })
  return seen
}

const objects = `
  SELECT string_agg(line, E'\\n' ORDER BY line COLLATE "C") FROM (
    SELECT c.relkind::text || ' ' || c.oid::regclass AS line FROM pg_class c
    JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'other')
    UNION ALL SELECT 'constraint ' || conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'lo ' || md5(lo_get(oid)) FROM pg_largeobject_metadata
    UNION ALL SELECT 'next ' || nextval('people_id_seq')
  ) lines`

describe('a full round trip', () => {
  it.each(ways.flatMap((way) => (['custom', 'plain'] as const).map((format) => [format, way] as const)))(
    '%s from a %s: the same objects, the same counts',
    async (format, way) => {
      const database = await emptyDatabase()
      await expect(tryPreparing(database.url)).resolves.toBeUndefined()
      const seen = await restore(way, database.url, dumps[format], request({ format }))
      expect(seen.toSorted()).toEqual([
        'other.people',
        'public.Odd Name',
        'public.empty',
        'public.leaf',
        'public.people',
      ])
      const counted = await countIn(database.url, [...tables, { ...facts('public', 'gone'), rows: 7 }])
      expect(counted).toEqual([
        ...tables.map((table, index) => ({ ...table, rows: rows[index] })),
        facts('public', 'gone'),
      ])
      expect(await database.psql(objects)).toBe(await expectedObjects())
    },
  )

  // The source is only read once: nextval moves its sequence.
  let expected: Promise<string> | undefined
  function expectedObjects(): Promise<string> {
    return (expected ??= source.psql(objects))
  }

  it('leaves owners and grants out, or keeps them', async () => {
    await postgres.psql(`DO $$ BEGIN CREATE ROLE target_owner; EXCEPTION WHEN duplicate_object THEN END $$`)
    const owned = await emptyDatabase()
    await owned.psql('CREATE TABLE t (i int); ALTER TABLE t OWNER TO target_owner')
    const client = newestClient(await findClients(process.env))
    const { stdout } = await run(client.pgDump, [`--dbname=${owned.url}`, '-Fc'], { encoding: 'buffer' })
    for (const [ownership, owner] of [
      [false, 'postgres'],
      [true, 'target_owner'],
    ] as const) {
      const database = await emptyDatabase()
      await restore('file', database.url, stdout, request({ ownership }))
      expect(await database.psql(`SELECT tableowner FROM pg_tables WHERE tablename = 't'`)).toBe(owner)
    }
  })
})

it('counts also when the connection was lost while something was restored', async () => {
  const database = await emptyDatabase()
  await restore('file', database.url, dumps.custom)
  const counted = await inside(database.url, async (ready) => {
    await postgres.psql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}'`,
    )
    return ready.count(tables, never)
  })
  expect(counted.map((table) => table.rows)).toEqual(rows)
})

describe('a part of a dump', () => {
  it.each(ways)('chosen tables, from a %s', async (way) => {
    const database = await emptyDatabase()
    await database.psql('CREATE SCHEMA other')
    await restore(way, database.url, dumps.custom, request({ tables: ['public.empty', 'public.Odd Name'] }))
    await restore(way, database.url, dumps.custom, request({ tables: ['other.people'] }))
    const found = await database.psql(`SELECT oid::regclass FROM pg_class WHERE relnamespace IN
      ('public'::regnamespace, 'other'::regnamespace) ORDER BY relname COLLATE "C"`)
    expect(found).toBe('"Odd Name"\nempty\nother.people')
    expect(await rowsIn(database.url)).toEqual([2, 70, 0, undefined, undefined])
  })

  it.each(ways)('definitions, then rows, from a %s', async (way) => {
    const database = await emptyDatabase()
    await restore(way, database.url, dumps.custom, request({ part: 'schema' }))
    expect(await countIn(database.url, tables)).toEqual(tables.map((table) => ({ ...table, rows: 0 })))
    await restore(way, database.url, dumps.custom, request({ part: 'data', tables: ['public.people'] }))
    await restore(
      way,
      database.url,
      dumps.custom,
      request({ part: 'data', tables: ['public.Odd Name', 'public.leaf'] }),
    )
    expect(await rowsIn(database.url)).toEqual([0, 70, 0, 10, 5000])
  })

  it.each(ways)('a table that is not in the dump is an error, from a %s', async (way) => {
    const database = await emptyDatabase()
    await expect(
      restore(way, database.url, dumps.custom, request({ tables: ['nowhere'] })),
    ).rejects.toMatchObject({
      code: 'DATABASE_TABLE_NOT_FOUND',
      message: 'The dump holds no table "nowhere".',
    })
  })

  it.each(ways)('plain SQL is refused, from a %s', async (way) => {
    const database = await emptyDatabase()
    const part = request({ format: 'plain', part: 'schema' })
    await expect(restore(way, database.url, dumps.plain, part)).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    })
  })
})

describe('a staged archive', () => {
  /** Of the same rows, once into a file, where pg_dump goes back to write offsets, and once through a pipe. */
  async function bothWays(...args: string[]): Promise<[Buffer, Buffer]> {
    const { pgDump } = newestClient(await findClients(process.env))
    const path = join(directory, `file-${Math.random()}`)
    await run(pgDump, [`--dbname=${source.url}`, '-Fc', ...args, `--file=${path}`])
    const { stdout } = await run(pgDump, [`--dbname=${source.url}`, '-Fc', ...args], {
      encoding: 'buffer',
      maxBuffer: 1e9,
    })
    return [await readFile(path), stdout]
  }

  // Behind the magic bytes, the version and three sizes comes the compression, then the time of the dump.
  const timeAt = (archive: Buffer) => (archive.readUInt8(6) >= 15 ? 12 : 16)
  const withTimeOf = (archive: Buffer, other: Buffer) => {
    const at = timeAt(archive)
    return Buffer.concat([archive.subarray(0, at), other.subarray(at, at + 35), archive.subarray(at + 35)])
  }

  it.each([
    ['raw', ['-Z0']],
    ['compressed', ['-Z1']],
    ['of the schema', ['-s']],
  ])(
    'that is %s and came through a pipe is what pg_dump writes into a file, to the byte',
    async (_, args) => {
      const [file, piped] = await bothWays(...args)
      for (const size of [500, 100_000]) {
        const path = join(directory, `staged-${Math.random()}`)
        await targetOf(source.url).stageFile(inPieces(piped, size), path, { format: 'custom' }, never)
        const staged = await readFile(path)
        expect(withTimeOf(staged, file).equals(file)).toBe(true)
      }
      expect(withTimeOf(piped, file).equals(file)).toBe(args[0] === '-s')
    },
  )

  it.each([
    ['cut in its data', (archive: Buffer) => archive.subarray(0, -7)],
    ['cut in its head', (archive: Buffer) => archive.subarray(0, 900)],
    ['of a version to come', (archive: Buffer) => Buffer.from(archive).fill(17, 6, 7)],
    ['followed by something', (archive: Buffer) => Buffer.concat([archive, Buffer.from('more')])],
    ['no archive', () => Buffer.from('PGDM')],
    ['empty', () => Buffer.alloc(0)],
  ])('that is %s stays as it is', async (_, change) => {
    const bytes = change(dumps.custom)
    expect((await readFile(await stagedFile(bytes))).equals(bytes)).toBe(true)
  })

  it('is for its owner alone, and never written over', async () => {
    const path = await stagedFile(dumps.custom)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const again = targetOf(source.url).stageFile(inPieces(dumps.custom), path, { format: 'custom' }, never)
    await expect(again).rejects.toThrow('EEXIST')
  })
})

describe('prepare', () => {
  const strict = () => ({ createDatabase: false, allowNonEmpty: false, dump })

  it.each([
    ['a table', 'CREATE TABLE t (i int)', 'public.t'],
    ['an empty partitioned table', 'CREATE TABLE r (i int) PARTITION BY RANGE (i)', 'public.r'],
    ['a view', 'CREATE VIEW v AS SELECT 1', 'public.v'],
    [
      'a function in another schema',
      'CREATE SCHEMA s; CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
      's.f()',
    ],
    ['a type', `CREATE TYPE mood AS ENUM ('ok')`, 'public.mood (type)'],
    ['a large object', `SELECT lo_from_bytea(4242, 'x')`, 'large object 4242'],
  ])('refuses a database that holds %s', async (_, sql, named) => {
    const database = await emptyDatabase()
    await database.psql(sql)
    const target = targetOf(database.url)
    await expect(tryPreparing(database.url)).rejects.toMatchObject({
      code: 'DATABASE_NOT_EMPTY',
      message: expect.stringContaining(`it holds ${named}`),
    })
    await expect(target.check(strict(), never)).rejects.toMatchObject({ code: 'DATABASE_NOT_EMPTY' })
    await expect(tryPreparing(database.url, { allowNonEmpty: true })).resolves.toBeUndefined()
  })

  it('names the first of many', async () => {
    const database = await emptyDatabase()
    await database.psql(
      'CREATE TABLE a1(); CREATE TABLE a2(); CREATE TABLE a3(); CREATE TABLE a4(); CREATE TABLE a5(); CREATE TABLE a6()',
    )
    await expect(tryPreparing(database.url)).rejects.toThrow('public.a4, public.a5 and more.')
  })

  it('lets pass what belongs to an extension, and an empty schema', async () => {
    const database = await emptyDatabase()
    const [extension] = (
      await database.psql(
        `SELECT name FROM pg_available_extensions WHERE name IN ('hstore', 'citext') LIMIT 1`,
      )
    ).split('\n')
    if (extension) await database.psql(`CREATE EXTENSION ${extension}`)
    await database.psql('CREATE SCHEMA app; CREATE TEMPORARY TABLE t (i int)')
    await expect(tryPreparing(database.url)).resolves.toBeUndefined()
  })

  it('says that the database is missing, or creates it in the encoding of the dump', async () => {
    const name = `target_${Math.random().toString(36).slice(2)}`
    const target = targetOf(postgres.url(name))
    await expect(tryPreparing(postgres.url(name))).rejects.toMatchObject({ code: 'DATABASE_MISSING' })
    created.push(name)
    await target.check({ ...strict(), createDatabase: true }, never)
    await expect(target.check(strict(), never)).rejects.toMatchObject({ code: 'DATABASE_MISSING' })
    const latin = { ...dump, database: { ...dump.database, encoding: 'LATIN1' } }
    await expect(
      tryPreparing(postgres.url(name), { createDatabase: true, dump: latin }),
    ).resolves.toBeUndefined()
    expect(
      await postgres.psql(`SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = '${name}'`),
    ).toBe('LATIN1')
    await postgres.psql('CREATE TABLE t (i int)', name)
    const again = tryPreparing(postgres.url(name), { createDatabase: true, dump: latin })
    await expect(again).rejects.toMatchObject({ code: 'DATABASE_NOT_EMPTY' })
  })

  it.each(['a/../b', '-x', 'a=b', 'é😀', `q'u"o`, 'postgresql://h/x', 'x'.repeat(63)])(
    'creates and fills a database named %s',
    async (name) => {
      created.push(name)
      await expect(tryPreparing(postgres.url(name), { createDatabase: true })).resolves.toBeUndefined()
      await restore('file', postgres.url(name), dumps.custom)
      expect(await rowsIn(postgres.url(name))).toEqual(rows)
    },
  )

  it('refuses a dump that is newer than every client here, and names the package', async () => {
    const database = await emptyDatabase()
    const newer = { ...dump, client: { version: '27.1' } }
    await expect(tryPreparing(database.url, { dump: newer })).rejects.toMatchObject({
      code: 'DATABASE_CLIENT_TOO_OLD',
      message: expect.stringContaining('27.1'),
      hint: expect.stringContaining('postgresql-client-27'),
    })
  })
})

describe('a restore that fails', () => {
  it('from a file: goes on, and shows the first errors', async () => {
    const database = await emptyDatabase()
    await database.psql('CREATE TABLE empty (i int); CREATE TABLE people (i int)')
    const error = await restore('file', database.url, dumps.custom).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'DATABASE_RESTORE_FAILED',
      message: expect.stringMatching(
        /pg_restore reported \d+ errors while restoring into .*target_.*:\n- TABLE .*relation "\w+" already exists\n- /,
      ),
      hint: expect.stringContaining('What could be restored is in the target'),
    })
    expect(await countIn(database.url, [facts('other', 'people')])).toMatchObject([{ rows: 2 }])
  })

  it.each(['custom', 'plain'] as const)('from a stream, %s: nothing is left', async (format) => {
    const database = await emptyDatabase()
    await database.psql('CREATE TABLE root (i int)')
    await expect(restore('stream', database.url, dumps[format], request({ format }))).rejects.toMatchObject({
      code: 'DATABASE_RESTORE_FAILED',
      message: expect.stringContaining('- ERROR:  relation "root" already exists'),
      hint: expect.stringContaining('Nothing was committed'),
    })
    expect(
      await database.psql(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`),
    ).toBe('root')
  })

  // The last bytes are there, and with them everything that pg_restore or psql need; then the stream turns out bad.
  it.each(['custom', 'plain'] as const)(
    'a stream that errors at its very end commits nothing, %s',
    async (format) => {
      const database = await emptyDatabase()
      const body = Readable.from(
        (async function* () {
          yield dumps[format]
          await sleep(300)
          throw new Error('the digest does not match')
        })(),
      )
      const restoring = inside(database.url, (ready) =>
        ready.restoreStream(body, request({ format }), () => undefined, never),
      )
      await expect(restoring).rejects.toThrow('the digest does not match')
      await expect(tryPreparing(database.url)).resolves.toBeUndefined()
    },
  )

  it.each(['custom', 'plain'] as const)('a stream cut anywhere commits nothing, %s', async (format) => {
    const database = await emptyDatabase()
    const whole = dumps[format]
    for (let cut = 0; cut < 12; cut += 1) {
      const bytes = whole.subarray(0, Math.floor((whole.length - 60) * (cut / 11)))
      await expect(restore('stream', database.url, bytes, request({ format }))).rejects.toMatchObject({
        code: 'DATABASE_RESTORE_FAILED',
      })
    }
    await expect(tryPreparing(database.url)).resolves.toBeUndefined()
  })

  it.each(ways)('an archive newer than pg_restore, from a %s', async (way) => {
    const database = await emptyDatabase()
    const newer = Buffer.from(dumps.custom)
    newer[6] = 99
    await expect(restore(way, database.url, newer)).rejects.toMatchObject({ code: 'DATABASE_CLIENT_TOO_OLD' })
  })

  it.each(ways)('an abort ends it quickly and leaves no child, from a %s', async (way) => {
    const database = await emptyDatabase()
    await database.psql(`CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_sleep(5); END $$;
      CREATE EVENT TRIGGER slow ON ddl_command_start EXECUTE FUNCTION slow()`)
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 700)
    const staged = await stagedFile(dumps.custom)
    const restoring = inside(database.url, (ready) =>
      way === 'file'
        ? ready.restoreFile(staged, request(), () => undefined, controller.signal)
        : ready.restoreStream(inPieces(dumps.custom), request(), () => undefined, controller.signal),
    )
    const started = performance.now()
    await expect(restoring).rejects.toThrow('enough')
    expect(performance.now() - started).toBeLessThan(20_000)
    const busy = `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database.name}' AND application_name = 'holdfast:restore'`
    for (let attempt = 0; attempt < 20 && (await postgres.psql(busy)) !== '0'; attempt += 1) await sleep(100)
    expect(await postgres.psql(busy)).toBe('0')
  })
})

describe('secrets', () => {
  it('are never in argv, nor in an error', async () => {
    const password = 'canary-0123456789'
    await postgres.psql(
      `DROP ROLE IF EXISTS target_canary; CREATE ROLE target_canary SUPERUSER LOGIN PASSWORD '${password}'`,
    )
    const database = await emptyDatabase()
    const url = new URL(database.url)
    url.username = 'target_canary'
    url.password = password
    const polling = new AbortController()
    const seen = pollCommandLines(polling.signal)
    await restore('file', url.href, dumps.custom)
    const failures = await Promise.all(
      ways.map((way) =>
        restore(way, url.href, dumps.custom).catch((error: unknown) => error as Error & { hint?: string }),
      ),
    )
    polling.abort()
    const commandLines = await seen
    expect(commandLines.some((line) => line.includes('pg_restore'))).toBe(true)
    expect(commandLines.filter((line) => line.includes(password))).toEqual([])
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(Error)
      expect(`${String(failure)} ${JSON.stringify(failure)}`).not.toContain(password)
    }
    expect(targetOf(url.href).description).not.toContain(password)
    await database.drop()
    await postgres.psql('DROP ROLE target_canary')
  })
})

async function pollCommandLines(signal: AbortSignal): Promise<string[]> {
  const seen = new Set<string>()
  while (!signal.aborted) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    )
    for (const line of lines) seen.add(line)
    await sleep(2)
  }
  return [...seen]
}
