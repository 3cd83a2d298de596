import { startPostgres, type PostgresServer } from '@holdfast/lab'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asSql, dumpOf, dumpRequest, never, sourceOf, withSnapshot } from './source.test.data.ts'

let primary: PostgresServer
let standby: PostgresServer

beforeAll(async () => {
  primary = await startPostgres()
  await primary.psql('CREATE DATABASE shop')
  await primary.psql(
    `CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 10);
     CREATE UNLOGGED TABLE passing (id int); INSERT INTO passing VALUES (1);`,
    'shop',
  )
  standby = await startPostgres({ standbyOf: primary })
  while ((await standby.psql(`SELECT count(*) FROM pg_database WHERE datname = 'shop'`)) !== '1')
    await sleep(50)
})
afterAll(async () => {
  await standby.stop()
  await primary.stop()
})

describe('a standby', () => {
  it('is dumped and counted like a primary, except for what it does not have', async () => {
    const request = { globals: true }
    const facts = await sourceOf(standby.url('shop')).preflight(dumpRequest(request), never)
    const ofPrimary = await sourceOf(primary.url('shop')).preflight(dumpRequest(request), never)
    expect(facts.database.identity).toBe(ofPrimary.database.identity)
    await withSnapshot(standby.url('shop'), { ...request, countSessions: 2 }, async (snapshot) => {
      const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
      expect(counted.map(({ name, rows }) => [name, rows])).toEqual([['kept', 10]])
      const sql = await asSql(archive)
      expect(sql).toContain('COPY public.kept')
      expect(sql).not.toContain('COPY public.passing')
      const omission = snapshot.omissions.find(({ what }) => what === 'rows of unlogged tables')
      expect(omission?.items).toEqual(['public.passing'])
    })
  })

  it('has its unlogged tables in a dump of the primary', async () => {
    await withSnapshot(primary.url('shop'), {}, async (snapshot) => {
      const [archive, counted] = await Promise.all([dumpOf(snapshot), snapshot.count(never)])
      expect(counted.map(({ rows }) => rows)).toEqual([10, 1])
      expect(await asSql(archive)).toContain('COPY public.passing')
    })
  })
})
