import {
  findPgbouncer,
  isLeftOut,
  type Pooler,
  startPgbouncer,
  type TestDatabase,
  usePostgres,
} from '@holdfast/lab'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { dumpOf, dumpRequest, errorOf, never, sourceOf, withSnapshot } from './source.test.data.ts'

const postgres = usePostgres(inject('postgresUrl'))
const pgbouncer = findPgbouncer()
let database: TestDatabase
let pooler: Pooler | undefined

beforeAll(async () => {
  database = await postgres.createDatabase('pooler')
  await database.psql('CREATE TABLE t (id int); INSERT INTO t VALUES (1)')
})
afterEach(() => pooler?.stop())
afterAll(() => database.drop())

describe('the port of a transaction pooler', () => {
  it('is refused before anything is tried', async () => {
    const error = await errorOf(
      sourceOf('postgresql://u:canary@db.invalid:6543/x').preflight(dumpRequest(), never),
    )
    expect(error.code).toBe('DATABASE_POOLER')
    expect(error.hint).toContain('5432')
  })
})

const leftOut = isLeftOut('transaction poolers', {
  isHere: pgbouncer !== undefined,
  because: 'pgbouncer is not installed (npm test takes it out of its Debian package)',
})

describe.skipIf(leftOut)('pgbouncer', () => {
  const start = async (
    ...args: [mode: 'session' | 'transaction' | 'statement', settings?: Record<string, string>]
  ) => {
    pooler = await startPgbouncer(pgbouncer, inject('postgresUrl'), ...args)
    return pooler.url(database.name)
  }

  it.for<[string, 'transaction' | 'statement', Record<string, string>]>([
    ['transaction', 'transaction', {}],
    ['transaction, round robin', 'transaction', { server_round_robin: '1', min_pool_size: '5' }],
    ['transaction, a pool of one', 'transaction', { default_pool_size: '1' }],
    ['statement', 'statement', {}],
  ])('with pool_mode %s is refused', async ([, mode, settings]) => {
    const error = await errorOf(sourceOf(await start(mode, settings)).preflight(dumpRequest(), never))
    expect(error).toMatchObject({ code: 'DATABASE_POOLER' })
    expect(error.hint).toContain('direct connection')
  })

  it('with pool_mode session is as good as the server', async () => {
    const url = await start('session')
    const facts = await sourceOf(url).preflight(dumpRequest(), never)
    expect(facts.database.name).toBe(database.name)
    await withSnapshot(url, { countSessions: 2 }, async (snapshot) => {
      const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
      expect(archive.length).toBeGreaterThan(500)
      expect(counted.map(({ rows }) => rows)).toEqual([1])
    })
  })
})
