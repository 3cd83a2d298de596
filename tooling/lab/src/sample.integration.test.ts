import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type TestDatabase, usePostgres } from './databases.ts'
import { createSampleDatabase } from './sample.ts'

const postgres = usePostgres(inject('postgresUrl'))
const megabytes = 3
let sample: TestDatabase
let again: TestDatabase

beforeAll(async () => {
  ;[sample, again] = await Promise.all([postgres.createDatabase('sample'), postgres.createDatabase('again')])
  await again.psql(`ALTER DATABASE "${again.name}" SET TimeZone = 'Pacific/Kiritimati'`)
  await Promise.all([sample, again].map((one) => createSampleDatabase((sql) => one.psql(sql), { megabytes })))
})
afterAll(() => Promise.all([sample.drop(), again.drop()]))

async function lines(sql: string, database = sample): Promise<string[]> {
  const output = await database.psql(sql)
  return output === '' ? [] : output.split('\n')
}

const ours = `n.nspname IN ('shop', 'warehouse', 'Legacy Data')`

describe('the sample database', () => {
  it('has 18 tables besides partitions, and a row in each', async () => {
    const tables = await lines(`
      SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE ${ours} AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`)
    expect(tables).toHaveLength(18)
    const counts = await Promise.all(tables.map((table) => lines(`SELECT count(*) FROM ${table}`)))
    expect(tables.filter((_table, index) => counts[index]?.[0] === '0')).toEqual([])
  })

  it.each([
    [
      'uuid, jsonb, numeric, timestamptz, bytea, text, arrays, enums, ranges and the like',
      `
      SELECT DISTINCT CASE WHEN t.typelem > 0 AND t.typlen = -1 THEN 'array' WHEN t.typtype <> 'b' THEN t.typtype::text ELSE t.typname END
      FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid JOIN pg_class c ON c.oid = attrelid
      JOIN pg_namespace n ON n.oid = relnamespace WHERE ${ours} AND attnum > 0 AND relkind IN ('r', 'p')`,
      [
        'uuid',
        'jsonb',
        'numeric',
        'timestamptz',
        'bytea',
        'text',
        'array',
        'inet',
        'bit',
        'interval',
        'tsvector',
        'c',
        'd',
        'e',
        'r',
      ],
    ],
    [
      'tables, partitioned ones, views, materialized views and sequences',
      `
      SELECT DISTINCT relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE ${ours}`,
      ['r', 'p', 'v', 'm', 'S', 'i', 'I', 'c'],
    ],
    [
      'range, hash and default partitions',
      `
      SELECT partstrat::text FROM pg_partitioned_table UNION SELECT 'default'::text FROM pg_partitioned_table WHERE partdefid > 0`,
      ['r', 'h', 'default'],
    ],
    [
      'every kind of index',
      'SELECT DISTINCT amname FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam',
      ['btree', 'hash', 'gin', 'gist', 'spgist', 'brin'],
    ],
    ['every kind of constraint', 'SELECT DISTINCT contype FROM pg_constraint', ['p', 'f', 'u', 'c', 'x']],
    [
      'identity and generated columns',
      'SELECT DISTINCT attidentity FROM pg_attribute UNION SELECT DISTINCT attgenerated FROM pg_attribute',
      ['a', 'd', 's'],
    ],
    [
      'functions, a trigger, comments and large objects',
      `
      SELECT 'function' FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE ${ours}
      UNION SELECT 'trigger' FROM pg_trigger WHERE NOT tgisinternal
      UNION SELECT 'comment' FROM pg_description WHERE objoid = 'shop.products'::regclass
      UNION SELECT 'large object' FROM pg_largeobject_metadata`,
      ['function', 'trigger', 'comment', 'large object'],
    ],
    [
      'text in several scripts',
      `
      SELECT script FROM (VALUES ('Cyrillic', '[а-я]'), ('Greek', '[α-ω]'), ('Arabic', '[ا-ي]'), ('Hebrew', '[א-ת]'),
        ('Devanagari', '[अ-ह]'), ('Han', '[一-龥]'), ('Hangul', '[가-힣]'), ('emoji', '[🦀-🫖]')) s (script, letters)
      WHERE EXISTS (SELECT FROM shop.reviews WHERE body ~ letters)`,
      ['Cyrillic', 'Greek', 'Arabic', 'Hebrew', 'Devanagari', 'Han', 'Hangul', 'emoji'],
    ],
  ])('has %s', async (_what, sql, expected) => {
    expect(await lines(sql)).toEqual(expect.arrayContaining(expected))
  })

  it('has bytes that repeat nowhere, so that no compressor makes them smaller', async () => {
    const [ratio] = await lines(`
      SELECT count(DISTINCT substr(content, 65, 64))::float / count(*) FROM shop.product_images`)
    expect(Number(ratio)).toBe(1)
  })

  it('has the same rows each time, whatever the session’s time zone is', async () => {
    const tables = await lines(`
      SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE ${ours} AND relkind = 'r' ORDER BY 1`)
    // A large object's oid is the server's choice, so that of shop.documents may differ.
    const digest = tables
      .map(
        (table) =>
          `SELECT '${table}', md5(string_agg(row::text, E'\\n' ORDER BY row::text)) FROM (SELECT ${table === 'shop.documents' ? 'name, lo_get(content)' : '*'} FROM ${table}) row`,
      )
      .join(' UNION ALL ')
    const first = await lines(`SET TimeZone = 'UTC'; ${digest}`)
    expect(first.length).toBeGreaterThan(20)
    expect(await lines(`SET TimeZone = 'UTC'; ${digest}`, again)).toEqual(first)
  })

  it('is about as large as it was asked to be', async () => {
    const [bytes] = await lines(`
      SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE ${ours} AND relkind IN ('r', 'm')`)
    expect(Number(bytes)).toBeGreaterThan(megabytes * 1e6)
    expect(Number(bytes)).toBeLessThan(megabytes * 3e6)
  })
})
