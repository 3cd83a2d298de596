import { type TestDatabase, usePostgres } from '@holdfast/lab'
import type { DumpProgress } from '@holdfast/plugin'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { asSql, dumpOf, dumpRequest, never, readAll, sourceOf, withSnapshot } from './source.test.data.ts'

const postgres = usePostgres(inject('postgresUrl'))
let database: TestDatabase

beforeAll(async () => {
  database = await postgres.createDatabase('snapshot')
  await database.psql(`
    CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text);
    INSERT INTO orders (note) SELECT repeat('x', 200) FROM generate_series(1, 20000);
    CREATE TABLE "odd "". Name" (id int);
    INSERT INTO "odd "". Name" VALUES (1), (2);
    CREATE TABLE empty (id int);
    CREATE TABLE events (at date, kind text) PARTITION BY RANGE (at);
    CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
    CREATE TABLE events_2025_a PARTITION OF events_2025 FOR VALUES IN ('a');
    CREATE TABLE events_rest PARTITION OF events DEFAULT;
    INSERT INTO events VALUES ('2025-05-05', 'a'), ('2025-06-06', 'a'), ('2030-01-01', 'z');
    CREATE VIEW recent AS SELECT * FROM events;
    CREATE SCHEMA other;
    GRANT SELECT ON orders TO PUBLIC;
    CREATE TABLE other.orders (id serial, note text);
    INSERT INTO other.orders (note) VALUES ('other-row');
    SELECT lo_from_bytea(0, 'canary-object');
    ALTER DATABASE ${database.name} SET app.canary_setting = 'canary-value';
    ANALYZE;`)
})
afterAll(() => database.drop())

describe('a snapshot', () => {
  it('lists every table with rows, counts them, and dumps the same', async () => {
    await withSnapshot(database.url, { countSessions: 2 }, async (snapshot) => {
      const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
      const rows = Object.fromEntries(
        counted.map(({ schema, name, rows: count }) => [`${schema}.${name}`, count]),
      )
      expect(rows).toEqual({
        'public.orders': 20_000,
        'public.odd ". Name': 2,
        'public.empty': 0,
        'public.events_2025_a': 2,
        'public.events_rest': 1,
        'other.orders': 1,
      })
      expect(counted.find(({ name }) => name === 'events_2025_a')?.partitionOf).toBe('public.events')
      expect(counted.find(({ name }) => name === 'orders')).not.toHaveProperty('partitionOf')
      expect(counted.find(({ name }) => name === 'orders')?.bytes).toBeGreaterThan(0)
      expect(snapshot.largeObjects).toBe(1)
      const sql = await asSql(archive)
      expect(sql.match(/^COPY /gm)).toHaveLength(6)
      expect(sql).toContain('other-row')
      expect(sql).toContain('63616e6172792d6f626a656374')
      expect(sql).not.toMatch(/^GRANT/m)
    })
  })

  it('leaves the tables as they were when counting is off', async () => {
    await withSnapshot(database.url, { rowCounts: false }, async (snapshot) => {
      expect(await snapshot.count(never)).toEqual(snapshot.tables)
      expect(snapshot.tables.some((table) => 'rows' in table)).toBe(false)
    })
  })

  it('makes plain SQL, definitions only, rows only', async () => {
    const plain = await withSnapshot(database.url, { format: 'plain' }, dumpOf)
    expect(plain.toString()).toContain('PostgreSQL database dump complete')
    const schema = await asSql(await withSnapshot(database.url, { kind: 'schema', rowCounts: false }, dumpOf))
    expect(schema).toContain('CREATE TABLE public.orders')
    expect(schema).not.toMatch(/^COPY /m)
    const data = await asSql(await withSnapshot(database.url, { kind: 'data' }, dumpOf))
    expect(data).toMatch(/^COPY /m)
    expect(data).not.toContain('CREATE TABLE')
  })

  it('keeps owners and grants when asked to', async () => {
    const dumped = async (ownership: boolean) =>
      (await withSnapshot(database.url, { ownership, format: 'plain' }, dumpOf)).toString()
    expect(await dumped(true)).toMatch(
      /ALTER TABLE public.orders OWNER TO postgres[^]*GRANT SELECT ON TABLE public.orders/,
    )
    expect(await dumped(false)).not.toMatch(/OWNER TO|^GRANT/m)
  })

  it('dumps roles beside a full dump, with their passwords for a superuser', async () => {
    await withSnapshot(database.url, { globals: true }, async (snapshot) => {
      const globals = snapshot.globals(never)
      const sql = (await readAll(globals as AsyncIterable<Buffer>)).toString()
      expect(sql).toMatch(/ALTER ROLE postgres .*PASSWORD 'SCRAM-SHA-256/)
      expect(snapshot.omissions.map(({ what }) => what)).not.toContain('passwords of roles')
    })
    await withSnapshot(database.url, {}, async (snapshot) => {
      expect(snapshot.globals(never)).toBeUndefined()
      expect(snapshot.omissions.map(({ what }) => what)).toContain('roles and tablespaces')
    })
  })

  it('names the settings of the database that no dump holds, without their values', async () => {
    await withSnapshot(database.url, {}, async ({ omissions }) => {
      const settings = omissions.find(({ what }) => what === 'settings of the database')
      expect(settings?.items).toEqual(['app.canary_setting'])
      expect(JSON.stringify(omissions)).not.toContain('canary-value')
    })
  })

  it('reports progress up to the end, weighed by the tables', async () => {
    const seen: DumpProgress[] = []
    await withSnapshot(database.url, {}, (snapshot) =>
      readAll(snapshot.dump((progress) => seen.push(progress), never)),
    )
    expect(seen.map(({ table }) => table)).toContain('public.orders')
    expect(seen.map(({ fraction }) => fraction)).toEqual(
      seen.map(({ fraction }) => fraction).toSorted((a, b) => a - b),
    )
    expect(seen.at(-1)?.fraction).toBeGreaterThan(0.5)
    expect(seen.at(-1)?.fraction).toBeLessThanOrEqual(1)
  })

  it('reports how far it is within a table', async () => {
    await database.psql(
      `CREATE TABLE wide AS SELECT repeat('y', 900) AS body FROM generate_series(1, 70000); ANALYZE wide;`,
    )
    const tables = { include: ['wide'], exclude: [] }
    const seen: number[] = []
    await withSnapshot(database.url, { kind: 'tables', tables, rowCounts: false }, async (snapshot) => {
      let bytes = 0
      for await (const chunk of snapshot.dump(({ fraction }) => seen.push(fraction), never)) {
        const before = bytes
        bytes += (chunk as Buffer).length
        // The sockets in between may hold more than half of it.
        if (before < 2_000_000 && bytes >= 2_000_000) await sleep(2_500)
      }
    })
    await database.psql('DROP TABLE wide')
    expect(seen.filter((fraction) => fraction > 0.01 && fraction < 0.9)).not.toEqual([])
  })

  it('counts large tables when the dump comes to them, and all of them where nobody reads it', async () => {
    const wide = `AS SELECT repeat('y', 900) AS body FROM generate_series(1, 70000)`
    await database.psql(`CREATE TABLE wide_a ${wide}; CREATE TABLE wide_b ${wide}`)
    const request = { kind: 'tables', tables: { include: ['wide_*'], exclude: [] } } as const
    const rows = [{ rows: 70_000 }, { rows: 70_000 }]
    try {
      await withSnapshot(database.url, request, async (snapshot) => {
        expect(await snapshot.count(never)).toMatchObject(rows)
      })
      await withSnapshot(database.url, request, async (snapshot) => {
        const dump = snapshot.dump(() => undefined, never)
        const counted = snapshot.count(never)
        expect(await Promise.race([counted, sleep(2_000, 'waits')])).toBe('waits')
        await readAll(dump)
        expect(await counted).toMatchObject(rows)
      })
      await withSnapshot(database.url, request, async (snapshot) => {
        snapshot.dump(() => undefined, never)
        const stopping = new AbortController()
        const counted = snapshot.count(stopping.signal)
        setTimeout(() => stopping.abort(new Error('somebody stopped it')), 500)
        await expect(counted).rejects.toThrow('somebody stopped it')
      })
    } finally {
      await database.psql('DROP TABLE wide_a, wide_b')
    }
  })

  it('sees one moment in counts and dump while others write', async () => {
    let isOver = false
    const writing = (async () => {
      while (!isOver) {
        await database.psql(`INSERT INTO other.orders (note) SELECT 'more' FROM generate_series(1, 50);
          DELETE FROM orders WHERE id IN (SELECT id FROM orders LIMIT 7);`)
      }
    })()
    try {
      for (let round = 0; round < 3; round += 1) {
        await withSnapshot(database.url, { countSessions: 2 }, async (snapshot) => {
          const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
          expect(rowsInSql(await asSql(archive))).toEqual(
            Object.fromEntries(counted.map(({ schema, name, rows }) => [`${schema}.${name}`, rows])),
          )
        })
      }
    } finally {
      isOver = true
      await writing
    }
  })
})

// Rows of every COPY block by table; the odd name is the only one that pg_restore quotes here.
function rowsInSql(sql: string): Record<string, number> {
  const counts: Record<string, number> = {}
  let table: string | undefined
  for (const line of sql.split('\n')) {
    const copied = /^COPY (.*) \(.*\) FROM stdin;$/.exec(line)?.[1]
    if (copied !== undefined) {
      table = copied.replace('"odd "". Name"', 'odd ". Name')
      counts[table] = 0
    } else if (line === '\\.') table = undefined
    else if (table !== undefined) counts[table] = (counts[table] ?? 0) + 1
  }
  return counts
}

describe('chosen tables', () => {
  const chosen = (include: string[], exclude: string[] = []) =>
    withSnapshot(database.url, { kind: 'tables', tables: { include, exclude } }, async (snapshot) => {
      const rows = rowsInSql(await asSql(await dumpOf(snapshot)))
      expect(Object.keys(rows).toSorted()).toEqual(
        snapshot.tables.map(({ schema, name }) => `${schema}.${name}`).toSorted(),
      )
      return Object.keys(rows).toSorted()
    })

  it.for<[string[], string[], string[]]>([
    [['orders'], [], ['public.orders']],
    [['ORDERS'], [], ['public.orders']],
    [['*.orders'], [], ['other.orders', 'public.orders']],
    [['other.*'], [], ['other.orders']],
    [['"odd "". Name"'], [], ['public.odd ". Name']],
    [['odd*'], [], ['public.odd ". Name']],
    [['(orders|empty)'], [], ['public.empty', 'public.orders']],
    [['e?pty', 'other.orders'], [], ['other.orders', 'public.empty']],
    [['*'], ['e*', 'odd*'], ['public.orders']],
    [['events'], [], ['public.events_2025_a', 'public.events_rest']],
    [['events_2025'], [], ['public.events_2025_a']],
    [['events'], ['events_2025'], ['public.events_rest']],
  ])('%j without %j are %j', async ([include, exclude, expected]) => {
    expect(await chosen(include, exclude)).toEqual(expected)
  })

  it('leaves out only what is excluded when nothing is included', async () => {
    expect(await chosen([], ['events', 'o*'])).toEqual(['other.orders', 'public.empty'])
  })

  it('refuses patterns that match nothing, all of them by name', async () => {
    const tables = { include: ['orders', 'ordres', 'public.nope'], exclude: [] }
    const failed = sourceOf(database.url).preflight(dumpRequest({ kind: 'tables', tables }), never)
    await expect(failed).rejects.toMatchObject({
      code: 'DATABASE_TABLE_NOT_FOUND',
      message: expect.stringMatching(/ordres, public\.nope/) as string,
    })
  })

  it.for(['a.b.c', '"open', 'x.', '', '(', 'a[b'])('refuses the pattern %j in words', async (pattern) => {
    const tables = { include: [pattern], exclude: [] }
    await expect(sourceOf(database.url).preflight(dumpRequest({ tables }), never)).rejects.toMatchObject({
      code: 'DATABASE_TABLE_NOT_FOUND',
    })
  })

  it('warns of an exclusion that matches nothing', async () => {
    const tables = { include: [], exclude: ['no_such_table'] }
    const { warnings } = await sourceOf(database.url).preflight(dumpRequest({ tables }), never)
    expect(warnings.join()).toContain('no_such_table')
  })
})

describe('preflight', () => {
  it('describes the database', async () => {
    const facts = await sourceOf(database.url).preflight(dumpRequest(), never)
    expect(facts.database).toMatchObject({
      name: database.name,
      host: '127.0.0.1',
      port: Number(new URL(database.url).port),
      user: 'postgres',
      encoding: 'UTF8',
      identity: expect.stringMatching(/^\d{15,}\/\d+$/) as string,
    })
    expect(facts.database.bytes).toBeGreaterThan(1_000_000)
    expect(facts.client.version).toMatch(/^\d+\.\d+/)
    expect(facts.database.serverVersion).toMatch(new RegExp(`^${facts.database.serverMajor}\\.`))
    expect(Math.abs(facts.clockSkewMs)).toBeLessThan(10_000)
  })

  it('leaves neither a session nor a password file behind', async () => {
    const request = dumpRequest()
    await sourceOf(database.url).preflight(request, never)
    const left = await postgres.psql(
      `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast:${request.job}'`,
    )
    expect(left).toBe('0')
  })
})
