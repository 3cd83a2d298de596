import { type TestDatabase, usePostgres } from '@holdfast/lab'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { dumpOf, dumpRequest, errorOf, never, readAll, sourceOf, withSnapshot } from './source.test.data.ts'

const postgres = usePostgres(inject('postgresUrl'))
const user = `reader_${randomBytes(4).toString('hex')}`
const password = 'canary@:/%#pw'
let database: TestDatabase
let readerUrl: string

beforeAll(async () => {
  database = await postgres.createDatabase('access')
  const url = new URL(database.url)
  readerUrl = `postgresql://${user}:${encodeURIComponent(password)}@${url.host}/${database.name}`
  await database.psql(`
    CREATE ROLE ${user} LOGIN PASSWORD '${password}';
    CREATE TABLE open (id int); CREATE TABLE shut (id int);
    CREATE SCHEMA hidden; CREATE TABLE hidden.t (id serial);
    GRANT SELECT ON open TO ${user};`)
})
afterAll(async () => {
  await database.drop()
  await postgres.psql(`DROP ROLE ${user}`)
})

const preflight = (changes = {}) => sourceOf(readerUrl).preflight(dumpRequest(changes), never)

describe('permissions', () => {
  it('lists everything that the user may not read, with what to grant', async () => {
    const error = await errorOf(preflight())
    expect(error.code).toBe('DATABASE_PERMISSION')
    expect(error.message).toContain('hidden')
    expect(error.message).toContain('hidden.t, public.shut')
    expect(error.message).toContain('hidden.t_id_seq')
    expect(error.message).not.toContain('public.open')
    expect(error.hint).toContain(`GRANT SELECT ON TABLE "public"."shut" TO "${user}";`)
    expect(error.hint).toContain(`GRANT SELECT ON SEQUENCE "hidden"."t_id_seq" TO "${user}";`)
    expect(error.hint).toContain(`GRANT USAGE ON SCHEMA "hidden" TO "${user}";`)
  })

  it('is content with what a dump of chosen tables needs', async () => {
    const tables = { include: ['open'], exclude: [] }
    await expect(preflight({ kind: 'tables', tables })).resolves.toBeDefined()
    await expect(preflight({ tables: { include: [], exclude: ['shut', 'hidden.*'] } })).resolves.toBeDefined()
  })

  it('is right: what passes preflight dumps, as no superuser, with roles but without their passwords', async () => {
    await database.psql(`GRANT USAGE ON SCHEMA hidden TO ${user};
      GRANT SELECT ON ALL TABLES IN SCHEMA public, hidden TO ${user};
      GRANT SELECT ON ALL SEQUENCES IN SCHEMA hidden TO ${user};`)
    await expect(preflight()).resolves.toBeDefined()
    await withSnapshot(readerUrl, { globals: true }, async (snapshot) => {
      expect((await dumpOf(snapshot)).length).toBeGreaterThan(1_000)
      const globals = (await readAll(snapshot.globals(never) as AsyncIterable<Buffer>)).toString()
      expect(globals).toContain(`CREATE ROLE ${user}`)
      expect(globals).not.toContain('PASSWORD')
      expect(snapshot.omissions.map(({ what }) => what)).toContain('passwords of roles')
    })
  })

  it('counts large objects that the user may not read', async () => {
    await database.psql(`GRANT pg_read_all_data TO ${user}; SELECT lo_create(4711), lo_create(4712);
      GRANT SELECT ON LARGE OBJECT 4711 TO ${user};`)
    const error = await errorOf(preflight())
    expect(error).toMatchObject({ code: 'DATABASE_PERMISSION' })
    expect(error.message).toContain('may not read 1 large objects')
    await expect(preflight({ kind: 'schema', rowCounts: false })).resolves.toBeDefined()
    await database.psql(`SELECT lo_unlink(4711), lo_unlink(4712); REVOKE pg_read_all_data FROM ${user};`)
  })
})

describe('row-level security', () => {
  it('names the tables whose rows it would hide', async () => {
    await database.psql(`GRANT pg_read_all_data TO ${user};
      ALTER TABLE shut ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON shut USING (id > 5);`)
    const error = await errorOf(preflight())
    expect(error.code).toBe('DATABASE_ROW_SECURITY')
    expect(error.message).toContain('rows of public.shut from')
    await expect(preflight({ kind: 'schema', rowCounts: false })).resolves.toBeDefined()
    // Without preflight pg_dump itself refuses as well.
    await withSnapshot(readerUrl, { rowCounts: false }, async (snapshot) => {
      expect(await errorOf(dumpOf(snapshot))).toMatchObject({ code: 'DATABASE_ROW_SECURITY' })
    })
    await withSnapshot(readerUrl, {}, async (snapshot) => {
      expect(await errorOf(snapshot.count(never))).toMatchObject({ code: 'DATABASE_PERMISSION' })
    })
    await database.psql(`ALTER ROLE ${user} BYPASSRLS`)
    await expect(preflight()).resolves.toBeDefined()
    await database.psql(`ALTER ROLE ${user} NOBYPASSRLS; ALTER TABLE shut DISABLE ROW LEVEL SECURITY;
      REVOKE pg_read_all_data FROM ${user};`)
  })
})

describe('a role with settings of its own', () => {
  it('does not get in the way of a backup', async () => {
    await database.psql(`GRANT pg_read_all_data TO ${user};
      ALTER ROLE ${user} SET statement_timeout = '100ms'; ALTER ROLE ${user} SET lock_timeout = '10ms';
      ALTER ROLE ${user} SET idle_in_transaction_session_timeout = '300ms';
      ALTER ROLE ${user} SET search_path = nowhere; ALTER ROLE ${user} SET standard_conforming_strings = off;
      ALTER ROLE ${user} SET default_transaction_isolation = 'serializable';
      ALTER ROLE ${user} SET row_security = on; ALTER ROLE ${user} SET client_encoding = 'LATIN1';
      CREATE TABLE "back\\slash é" (id int); INSERT INTO "back\\slash é" VALUES (1);`)
    await withSnapshot(readerUrl, {}, async (snapshot) => {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
      expect(archive.length).toBeGreaterThan(1_000)
      expect(counted.find(({ name }) => name === 'back\\slash é')?.rows).toBe(1)
      await snapshot.release()
      expect(snapshot.warnings).toEqual([])
    })
    await database.psql(`ALTER ROLE ${user} RESET ALL; REVOKE pg_read_all_data FROM ${user};`)
  })
})

describe('what no dump holds', () => {
  it('is listed: foreign tables, tables of extensions, and what a chosen table leaves out', async () => {
    await database.psql(`
      CREATE EXTENSION postgres_fdw;
      CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw;
      CREATE FOREIGN TABLE abroad (id int) SERVER far;
      CREATE TABLE heir () INHERITS (open);
      CREATE TABLE of_extension (id int); ALTER EXTENSION postgres_fdw ADD TABLE of_extension;
      INSERT INTO of_extension VALUES (1); SELECT lo_create(99);`)
    await withSnapshot(database.url, {}, async ({ omissions, tables, largeObjects }) => {
      const items = Object.fromEntries(omissions.map(({ what, items: list }) => [what, list]))
      expect(items['rows of foreign tables']).toEqual(['public.abroad'])
      expect(items['rows of tables that belong to extensions']).toEqual(['public.of_extension'])
      expect(items['grants']).toBeDefined()
      expect(items['large objects']).toBeUndefined()
      expect(largeObjects).toBe(1)
      expect(tables.map(({ name }) => name)).not.toContain('of_extension')
    })
    const chosen = { kind: 'tables' as const, tables: { include: ['open'], exclude: [] } }
    await withSnapshot(database.url, chosen, async ({ omissions, largeObjects }) => {
      const items = Object.fromEntries(omissions.map(({ what, items: list }) => [what, list]))
      expect(items['tables that inherit from a chosen one']).toEqual(['public.heir'])
      expect(items['large objects']).toEqual(['1 large objects'])
      expect(largeObjects).toBe(0)
    })
  })
})
