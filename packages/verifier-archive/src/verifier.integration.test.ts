import { execFile } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline, Readable, Transform } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gzipSync } from 'node:zlib'
import { type TestDatabase, usePostgres } from '@holdfast/lab'
import {
  type Attestation,
  type Check,
  type DataRole,
  HoldfastError,
  type Manifest,
  type TableFacts,
  type Verdict,
} from '@holdfast/plugin'
import { findClients, newestClient } from '@holdfast/postgres'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import archive from './index.ts'

const sampleSql = `
  CREATE TYPE mood AS ENUM ('sad', 'ok');
  CREATE TABLE many (id int PRIMARY KEY, note text, feels mood);
  INSERT INTO many SELECT i, md5(i::text), 'ok' FROM generate_series(1, 2000) i;
  CREATE TABLE empty (id int);
  CREATE TABLE "two words" ("a column" text);
  INSERT INTO "two words" VALUES (E'COPY public.fake (a) FROM stdin;\\n\\\\.\\n-- Data for Name: fake; Type: TABLE DATA; Schema: public; Owner: x');
  CREATE SCHEMA "s p";
  CREATE TABLE "s p"."a
b" (i int);
  CREATE SCHEMA "DATA";
  CREATE TABLE "DATA".x (i int);
  CREATE TABLE root (i int) PARTITION BY RANGE (i);
  CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (0) TO (10);
  CREATE TABLE middle PARTITION OF root FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (i);
  CREATE TABLE deep PARTITION OF middle FOR VALUES FROM (10) TO (20);
  INSERT INTO root SELECT generate_series(0, 19);
  CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$
-- COPY public.fake (a) FROM stdin;
SELECT 'x'
$$;
  SELECT lo_from_bytea(0, 'a large object');`

const fact = (schema: string, name: string, partitionOf?: string): TableFacts => ({
  schema,
  name,
  bytes: 8192,
  ...(partitionOf === undefined ? {} : { partitionOf }),
})
const tables = [
  fact('DATA', 'x'),
  fact('public', 'deep', 'public.root'),
  fact('public', 'empty'),
  fact('public', 'leaf', 'public.root'),
  fact('public', 'many'),
  fact('public', 'two words'),
  fact('s p', 'a\nb'),
]

interface Stored {
  dump: Buffer
  globals?: Buffer
}

interface Backup {
  manifest: Manifest
  stored: Stored
}

const postgres = usePostgres(inject('postgresUrl'))
const run = promisify(execFile)
let database: TestDatabase
let raw: Record<'custom' | 'plain' | 'schema' | 'plainSchema' | 'data' | 'globals', Buffer>

beforeAll(async () => {
  database = await postgres.createDatabase('archive')
  await database.psql(sampleSql)
  const client = newestClient(await findClients(process.env))
  const dump = async (program: string, ...args: string[]) => {
    const { stdout } = await run(program, [`--dbname=${database.url}`, ...args], {
      encoding: 'buffer',
      maxBuffer: 1e9,
    })
    return stdout
  }
  raw = {
    custom: await dump(client.pgDump, '-Fc', '-Z0'),
    plain: await dump(client.pgDump, '-Fp', '--no-owner'),
    schema: await dump(client.pgDump, '-Fc', '-Z0', '--schema-only'),
    plainSchema: await dump(client.pgDump, '-Fp', '--schema-only'),
    data: await dump(client.pgDump, '-Fc', '-Z0', '--data-only'),
    globals: await dump(client.pgDumpall, '--globals-only'),
  }
})
afterAll(() => database.drop())
afterEach(() => {
  vi.unstubAllEnvs()
})

function backup(decoded: Buffer, changes: Partial<Manifest> = {}, globals?: Buffer): Backup {
  const compression = changes.compression ?? { algorithm: 'gzip', level: 1 }
  const store = (bytes: Buffer) => (compression.algorithm === 'gzip' ? gzipSync(bytes, { level: 1 }) : bytes)
  const stored: Stored = { dump: store(decoded), ...(globals && { globals: store(globals) }) }
  const object = (role: DataRole, bytes: Buffer) => ({
    role,
    key: `shop/${role}`,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })
  const manifest: Manifest = {
    schemaVersion: 1,
    id: '0123456789ab',
    name: 'shop_full_20261122_030000',
    job: 'shop',
    kind: 'full',
    selection: { include: [], exclude: [] },
    format: 'custom',
    labels: {},
    startedAt: '2026-11-22T03:00:00Z',
    finishedAt: '2026-11-22T03:01:00Z',
    holdfast: { version: '1.0.0' },
    database: {
      name: 'shop',
      host: 'localhost',
      port: 5432,
      user: 'shop',
      serverVersion: '15.18',
      serverMajor: 15,
      encoding: 'UTF8',
      bytes: 1,
      identity: 'x',
    },
    client: { version: '15.18' },
    arguments: [],
    compression,
    objects: [object('dump', stored.dump), ...(stored.globals ? [object('globals', stored.globals)] : [])],
    rawBytes: decoded.length,
    tables,
    largeObjects: 1,
    omissions: [],
    warnings: [],
    restoreByHand: '',
    ...changes,
  }
  return { manifest, stored }
}

type Open = (role: DataRole) => Promise<Readable>
type Verification = Pick<Verdict, 'status' | 'checks'> & {
  proves?: Verdict['proves']
  of(name: string): Check | undefined
  opened: DataRole[]
}

async function verify(
  { manifest, stored }: Backup,
  {
    options = { minTables: 0, minBytes: 0 } as unknown,
    open = undefined as Open | undefined,
    attest = undefined as ((role: DataRole) => Attestation | undefined) | undefined,
    readFull = false,
    decode = undefined as ((bytes: Readable) => Readable) | undefined,
    signal = new AbortController().signal,
  } = {},
): Promise<Verification> {
  const verifier = archive.create(archive.parseOptions(options), {
    name: 'archive',
    job: 'shop',
    baseDirectory: '/',
  })
  const opened: DataRole[] = []
  const verdict = await verifier.verify(
    {
      manifest,
      history: [],
      workspace: '/nonexistent',
      open: (role) => {
        opened.push(role)
        return open ? open(role) : Promise.resolve(inPieces(stored[role]))
      },
      attest: async (role) => attest?.(role),
      readFull,
      decodable: decode !== noKey,
      decode:
        decode ??
        ((bytes) =>
          manifest.compression.algorithm === 'none'
            ? bytes
            : pipeline(bytes, createGunzip(), () => undefined)),
    },
    signal,
  )
  return { ...verdict, opened, of: (name) => verdict.checks.find((check) => check.name === name) }
}

/** What `decode` does where nobody brought a key. */
function noKey(bytes: Readable): Readable {
  return bytes.destroy(new HoldfastError('DECRYPT_KEY_MISSING', 'encrypted'))
}

function inPieces(bytes: Buffer | undefined): Readable {
  if (bytes === undefined) throw new HoldfastError('STORAGE_NOT_FOUND', 'not there')
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 65_536) pieces.push(bytes.subarray(at, at + 65_536))
  return Readable.from(pieces, { objectMode: false })
}

async function childrenOfThisProcess(): Promise<string[]> {
  const { stdout } = await run('ps', ['-o', 'args=', '--ppid', String(process.pid)])
  return stdout.split('\n').filter((line) => line.includes('pg_restore'))
}

describe('a backup that is whole passes, read once', () => {
  it.each<[string, () => Backup, number]>([
    ['custom', () => backup(raw.custom, {}, raw.globals), 7],
    ['custom, uncompressed', () => backup(raw.custom, { compression: { algorithm: 'none' } }), 7],
    ['custom, data only', () => backup(raw.data, { kind: 'data' }), 7],
    ['plain', () => backup(raw.plain, { format: 'plain' }), 7],
    ['custom, schema only', () => backup(raw.schema, { kind: 'schema' }), 9],
    ['plain, schema only', () => backup(raw.plainSchema, { kind: 'schema', format: 'plain' }), 9],
  ])('%s', async (_, make, listed) => {
    const verification = await verify(make())
    expect(verification.checks.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(verification.of('contents')?.detail).toContain('of all 7 tables are in the dump')
    expect(verification.of('tables')?.detail).toBe(`${listed} tables`)
    expect(verification.opened).toEqual(make().stored.globals ? ['dump', 'globals'] : ['dump'])
  })

  it('whatever pieces it comes in', async () => {
    const { manifest, stored } = backup(raw.plain, { format: 'plain', compression: { algorithm: 'none' } })
    for (const size of [1, 7, 19, 64]) {
      const pieces = Array.from({ length: Math.ceil(stored.dump.length / size) }, (_, index) =>
        stored.dump.subarray(index * size, (index + 1) * size),
      )
      const verification = await verify({ manifest, stored }, { open: async () => Readable.from(pieces) })
      expect(verification.status).toBe('passed')
      expect(verification.of('tables')?.detail).toBe('7 tables')
    }
  })
})

describe('a backup that is not what its manifest says fails', () => {
  it('names the tables whose rows are not in it', async () => {
    const more = [...tables, fact('public', 'gone'), fact('public', 'gone too')]
    for (const [format, dump] of [
      ['custom', raw.custom],
      ['plain', raw.plain],
    ] as const) {
      const verification = await verify(backup(dump, { format, tables: more }))
      expect(verification.status).toBe('failed')
      expect(verification.of('contents')).toEqual({
        name: 'contents',
        status: 'failed',
        detail: 'the rows of 2 of 9 tables are not in the dump: public.gone, public.gone too',
      })
    }
  })

  it('does not take a definition for rows', async () => {
    const verification = await verify(backup(raw.schema))
    expect(verification.of('contents')?.detail).toContain('the rows of 7 of 7 tables are not in the dump')
  })

  it('says how long it should be', async () => {
    const { manifest, stored } = backup(raw.custom)
    const verification = await verify({ manifest: { ...manifest, rawBytes: manifest.rawBytes + 1 }, stored })
    expect(verification.of('decode')).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('decodes to'),
    })
  })

  it('sees bytes after the end of the archive', async () => {
    const { manifest } = backup(raw.custom, { compression: { algorithm: 'none' } })
    const verification = await verify({
      manifest,
      stored: { dump: Buffer.concat([raw.custom, Buffer.from('x')]) },
    })
    expect(verification.of('length')?.status).toBe('failed')
    expect(verification.of('sha256')?.status).toBe('failed')
  })

  it('sees plain SQL that stops short, even if the manifest agrees', async () => {
    const insideRows = raw.plain.subarray(0, raw.plain.indexOf('\n1000\t'))
    const cut = await verify(backup(insideRows, { format: 'plain' }))
    expect(cut.of('decode')?.detail).toContain('the SQL ends inside the rows of a table')
    const noTrailer = raw.plain.subarray(0, raw.plain.indexOf('-- PostgreSQL database dump complete'))
    const short = await verify(backup(noTrailer, { format: 'plain' }))
    expect(short.of('decode')?.detail).toContain('does not end with "PostgreSQL database dump complete"')
  })

  it('sees an archive that stops short, even if the manifest agrees', async () => {
    const verification = await verify(backup(raw.custom.subarray(0, -5_000)))
    expect(verification.of('sha256')?.status).toBe('passed')
    expect(verification.of('decode')?.status).toBe('failed')
    expect(verification.of('decode')?.detail).toContain('end of file')
  })

  it('sees what is no archive at all', async () => {
    const verification = await verify(backup(Buffer.from('not a dump, but long enough to be read as one')))
    expect(verification.of('decode')?.status).toBe('failed')
    expect((await verify(backup(Buffer.alloc(0)))).of('decode')?.status).toBe('failed')
  })

  it('tells a missing dump from a missing globals object', async () => {
    const { manifest, stored } = backup(raw.custom, {}, raw.globals)
    const without = async (missing: DataRole) =>
      verify(
        { manifest, stored },
        { open: async (role) => inPieces(role === missing ? undefined : stored[role]) },
      )
    expect((await without('dump')).of('length')).toMatchObject({
      status: 'failed',
      detail: 'shop/dump is not in the storage',
    })
    expect((await without('globals')).of('globals')).toMatchObject({
      status: 'failed',
      detail: 'shop/globals is not in the storage',
    })
  })

  it('sees damaged and empty globals', async () => {
    const { manifest, stored } = backup(raw.custom, {}, raw.globals)
    const flipped = flip(stored.globals ?? Buffer.alloc(0))
    expect((await verify({ manifest, stored: { ...stored, globals: flipped } })).of('globals')?.status).toBe(
      'failed',
    )
    const empty = await verify(backup(raw.custom, {}, Buffer.alloc(0)))
    expect(empty.of('globals')).toEqual({ name: 'globals', status: 'failed', detail: 'empty' })
  })
})

describe('a backup that is encrypted', () => {
  const encryption = { algorithm: 'age' as const, recipients: ['age1'] }

  it('is read as it is stored without a key, and no more is claimed', async () => {
    const verification = await verify(backup(raw.custom, { encryption }, raw.globals), { decode: noKey })
    expect(verification).toMatchObject({ status: 'passed', proves: 'stored', opened: ['dump', 'globals'] })
    expect(verification.checks.map(({ name, status }) => [name, status])).toEqual([
      ['length', 'passed'],
      ['sha256', 'passed'],
      ['decode', 'skipped'],
      ['contents', 'skipped'],
      ['tables', 'skipped'],
      ['size', 'passed'],
      ['globals', 'passed'],
    ])
    expect(verification.of('decode')?.detail).toBe('encrypted, and no identity here')
    expect(verification.of('globals')?.detail).toBe(
      'length and sha256 match; encrypted, and no identity here',
    )
  })

  it('is damaged without a key as well, and that is no lesser word', async () => {
    const { manifest, stored } = backup(raw.custom, { encryption }, raw.globals)
    for (const damaged of [
      { ...stored, dump: flip(stored.dump) },
      { ...stored, globals: flip(stored.globals ?? Buffer.alloc(0)) },
    ]) {
      const verification = await verify({ manifest, stored: damaged }, { decode: noKey })
      expect(verification.status).toBe('failed')
      expect(verification.proves).toBeUndefined()
    }
  })

  it('is not spoken against for a key that does not fit, unless its bytes are others', async () => {
    const decode = (bytes: Readable): Readable =>
      pipeline(
        bytes,
        new Transform({ transform: (_chunk, _encoding, done) => done(wrongKey) }),
        () => undefined,
      )
    const wrongKey = new HoldfastError('DECRYPT_KEY_WRONG', 'none of the identities fits')
    const { manifest, stored } = backup(raw.custom, { encryption })
    await expect(verify({ manifest, stored }, { decode })).rejects.toBe(wrongKey)
    const verification = await verify({ manifest, stored: { dump: flip(stored.dump) } }, { decode })
    expect(verification.of('sha256')?.status).toBe('failed')
  })
})

describe('minima', () => {
  it('warn by default for full backups, and say the numbers', async () => {
    const verification = await verify(backup(raw.custom), { options: {} })
    expect(verification.status).toBe('warning')
    expect(verification.of('tables')).toEqual({
      name: 'tables',
      status: 'warning',
      detail: '7 tables, fewer than 10',
    })
    expect(verification.of('size')).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('fewer than 1,048,576'),
    })
  })

  it('can fail, and are met exactly at the limit', async () => {
    const { manifest, stored } = backup(raw.custom)
    const at = { minTables: 7, minBytes: stored.dump.length, belowMinimum: 'failed' }
    expect((await verify({ manifest, stored }, { options: at })).status).toBe('passed')
    const over = await verify(
      { manifest, stored },
      { options: { ...at, minTables: 8, minBytes: at.minBytes + 1 } },
    )
    expect(over.checks.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual([
      'tables',
      'size',
    ])
  })

  it('are none for chosen tables and definitions, unless they are asked for', async () => {
    expect((await verify(backup(raw.schema, { kind: 'schema' }), { options: {} })).status).toBe('passed')
    expect((await verify(backup(raw.custom, { kind: 'tables' }), { options: {} })).status).toBe('passed')
    expect((await verify(backup(raw.custom, { kind: 'tables' }), { options: { minTables: 8 } })).status).toBe(
      'warning',
    )
  })
})

describe('a verification that could not be done is no verdict', () => {
  it('when the storage can not be opened, or fails on the way', async () => {
    const down = new HoldfastError('STORAGE_UNAVAILABLE', 'the mount is gone')
    await expect(verify(backup(raw.custom), { open: () => Promise.reject(down) })).rejects.toBe(down)
    const halfway = async () =>
      Readable.from(
        (function* () {
          yield raw.custom.subarray(0, 20_000)
          throw down
        })(),
      )
    const uncompressed = backup(raw.custom, { compression: { algorithm: 'none' } })
    await expect(verify(uncompressed, { open: halfway })).rejects.toBe(down)
    expect(await childrenOfThisProcess()).toEqual([])
  })

  it('when pg_restore is too old for the archive: it names the package', async () => {
    const newer = Buffer.from(raw.custom)
    newer[6] = 99
    await expect(verify(backup(newer, { client: { version: '27.1' } }))).rejects.toMatchObject({
      code: 'DATABASE_CLIENT_TOO_OLD',
      message: expect.stringContaining('pg_dump 27.1 (archive format 1.99'),
      hint: expect.stringContaining('postgresql-client-27'),
    })
  })

  it('but the same words over damaged bytes are a verdict', async () => {
    const { manifest } = backup(raw.custom, { compression: { algorithm: 'none' } })
    const flipped = Buffer.from(raw.custom)
    flipped[6] = 99
    expect((await verify({ manifest, stored: { dump: flipped } })).status).toBe('failed')
  })

  it('when pg_restore is killed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-archive-'))
    try {
      const client = newestClient(await findClients(process.env))
      for (const name of ['psql', 'pg_dump', 'pg_dumpall']) {
        await writeFile(join(directory, name), `#!/bin/sh\nexec "${join(client.directory, name)}" "$@"\n`)
      }
      await writeFile(join(directory, 'pg_restore'), '#!/bin/sh\nkill -9 $$\n')
      for (const name of await readdir(directory)) await chmod(join(directory, name), 0o755)
      vi.stubEnv('HOLDFAST_POSTGRES_BIN', directory)
      await expect(verify(backup(raw.custom))).rejects.toThrow('SIGKILL')
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('when it is aborted: quickly, and nothing is left running', async () => {
    const controller = new AbortController()
    const never = async () => {
      const stream = new Readable({ read: () => undefined })
      stream.push(raw.custom.subarray(0, 20_000))
      setTimeout(() => controller.abort(new Error('enough')), 50)
      return stream
    }
    const uncompressed = backup(raw.custom, { compression: { algorithm: 'none' } })
    const started = performance.now()
    await expect(verify(uncompressed, { open: never, signal: controller.signal })).rejects.toThrow('enough')
    expect(performance.now() - started).toBeLessThan(20_000)
    await vi.waitFor(async () => expect(await childrenOfThisProcess()).toEqual([]), 20_000)
  })
})

function flip(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes)
  const at = randomInt(bytes.length)
  flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << randomInt(8)), at)
  return flipped
}

describe('damage is caught, all of it', () => {
  // Uncompressed, only pg_restore and the digest stand between damage and a pass.
  it.each([
    ['none', 200],
    ['gzip', 25],
  ] as const)(
    'compression %s: %i flipped bits and as many cuts',
    { timeout: 120_000 },
    async (algorithm, times) => {
      const compression = algorithm === 'gzip' ? { algorithm, level: 1 } : { algorithm }
      const { manifest, stored } = backup(raw.custom, { compression })
      const damages = [
        ...Array.from({ length: times }, () => flip(stored.dump)),
        ...Array.from({ length: times }, () => stored.dump.subarray(0, randomInt(stored.dump.length))),
      ]
      const missed: number[] = []
      for (let at = 0; at < damages.length; at += 4) {
        const some = damages.slice(at, at + 4)
        const verdicts = await Promise.all(some.map((dump) => verify({ manifest, stored: { dump } })))
        verdicts.forEach((verdict, index) => {
          if (verdict.status !== 'failed' || verdict.of('sha256')?.status !== 'failed')
            missed.push(at + index)
        })
      }
      expect(missed).toEqual([])
    },
  )
})

describe('options', () => {
  it('have defaults', () => {
    expect(archive.parseOptions(undefined)).toEqual({ belowMinimum: 'warning', read: 'full' })
  })

  it.each([
    { minBytes: -1 },
    { minTables: 1.5 },
    { minTables: '10' },
    { belowMinimum: 'error' },
    { minTable: 1 },
    { read: 'some' },
    { read: 'auto' },
    { fullBelowBytes: 1 },
  ])('refuse %o', (options) => {
    expect(() => archive.parseOptions(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('have a schema for editors in which none is required', () => {
    expect(archive.optionsSchema?.()).toMatchObject({ additionalProperties: false })
    expect(archive.optionsSchema?.()).not.toHaveProperty('required')
  })
})

describe('where the storage attests what it holds', () => {
  const whole = () => backup(raw.custom, {}, raw.globals)
  const attested = { minTables: 0, minBytes: 0, read: 'attested' }
  const checksum = { algorithm: 'crc32c', value: '1a2b3c4d' } as const
  const agreeing = ({ manifest }: Backup) => {
    return (role: DataRole): Attestation => {
      const { bytes = 0 } = manifest.objects.find((object) => object.role === role) ?? {}
      return { bytes, checksum, matches: true }
    }
  }

  it('reads nothing, and claims no more than that', async () => {
    const made = whole()
    const verification = await verify(made, { options: attested, attest: agreeing(made) })
    expect(verification).toMatchObject({ status: 'passed', proves: 'attested', opened: [] })
    expect(verification.of('attested')?.detail).toContain('crc32c 1a2b3c4d matches')
    expect(verification.checks.filter(({ status }) => status === 'skipped').map(({ name }) => name)).toEqual([
      'sha256',
      'decode',
      'contents',
      'tables',
    ])
    expect(verification.of('globals')?.status).toBe('passed')
  })

  it('takes another checksum or length for damage', async () => {
    for (const bytes of [whole().stored.dump.length, 5]) {
      const verification = await verify(whole(), {
        options: attested,
        attest: () => ({ bytes, checksum, matches: false }),
      })
      expect(verification).toMatchObject({ status: 'failed', proves: 'attested', opened: [] })
      expect(verification.of('attested')?.detail).toMatch(bytes === 5 ? /holds 5 bytes/ : /is not that of/)
    }
  })

  it('still looks at the size', async () => {
    const made = whole()
    const options = { read: 'attested', minBytes: 1e12, belowMinimum: 'failed' }
    expect(await verify(made, { options, attest: agreeing(made) })).toMatchObject({ status: 'failed' })
  })

  it('reads every byte where there is no checksum, where it is told to, and by default', async () => {
    const made = whole()
    const without = await verify(made, { options: attested })
    expect(without.of('attested')).toMatchObject({ status: 'skipped' })
    const told = await verify(made, { options: attested, attest: agreeing(made), readFull: true })
    const usual = await verify(made, { attest: agreeing(made) })
    for (const verification of [without, told, usual]) {
      expect(verification).toMatchObject({ status: 'passed', opened: ['dump', 'globals'] })
      expect('proves' in verification).toBe(false)
    }
  })

  it('reads what is small with auto', async () => {
    const made = whole()
    const { length } = made.stored.dump
    const auto = (fullBelowBytes: number) =>
      verify(made, {
        options: { minTables: 0, minBytes: 0, read: 'auto', fullBelowBytes },
        attest: agreeing(made),
      })
    expect(await auto(length)).toMatchObject({ opened: ['globals'], proves: 'attested' })
    expect((await auto(length + 1)).opened).toEqual(['dump', 'globals'])
  })

  it('says what an option is missing', () => {
    expect(() => archive.parseOptions({ read: 'auto' })).toThrow('fullBelowBytes: is needed with read: auto')
    expect(() => archive.parseOptions({ fullBelowBytes: 5 })).toThrow('fullBelowBytes: makes no sense')
    expect(() => archive.parseOptions({ read: 'auto', fullBelowBytes: 5 })).not.toThrow()
  })
})
