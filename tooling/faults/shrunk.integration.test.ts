import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { backupsIn } from './stored.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

let place: Workplace

beforeAll(async () => {
  place = await createWorkplace(inject('postgresUrl'), 'shrunk')
  await fill(place.database, { megabytes: 3 })
  const storage = { use: 'local', options: { path: 'backups' }, retention: { last: 1 } }
  await place.configure({ jobs: { shop: { database: '${DATABASE_URL}', storages: [storage] } } })
})

afterAll(() => place.remove())

async function backUp(): Promise<{ exitCode: number | undefined; report: ReturnType<typeof reportOf> }> {
  const outcome = await place.run(['backup', '--json'])
  return { exitCode: outcome.exitCode, report: reportOf(outcome) }
}

async function names(): Promise<string[]> {
  return (await backupsIn(place.backups)).map(({ name }) => name)
}

it('a dump that is 90% smaller than the last freezes retention until somebody accepts it', async () => {
  const first = await backUp()
  expect(first).toMatchObject({ exitCode: 0, report: { status: 'succeeded' } })
  const good = await names()
  await place.database.psql('DELETE FROM orders WHERE id % 10 > 0')

  // Again and again: what is suspect is no measure for what follows.
  for (const suspects of [1, 2]) {
    const { exitCode, report } = await backUp()
    expect(exitCode).toBe(5)
    expect(report).toMatchObject({ status: 'suspect', error: { code: 'VERIFY_SUSPECT' }, retention: [] })
    expect(await names()).toHaveLength(1 + suspects)
    expect(await names()).toEqual(expect.arrayContaining(good))
  }
  const pruned = await place.run(['prune', '--json'])
  expect(JSON.parse(pruned.stdout)).toMatchObject({
    retention: [{ deleted: [], frozen: expect.stringContaining('suspect') }],
  })
  const listed = await place.run(['list', '--json'])
  expect(JSON.parse(listed.stdout)).toMatchObject([{ suspect: true }, { suspect: true }, { suspect: false }])

  expect((await place.run(['accept', 'shop@latest'])).exitCode).toBe(0)
  const { exitCode, report } = await backUp()
  expect(exitCode).toBe(0)
  expect(report.retention[0]?.deleted).toEqual(expect.arrayContaining(good))
  expect(report.retention[0]?.frozen).toBeUndefined()
})

it('a dump that is back to its old size thaws it by itself', async () => {
  await place.database.psql('DELETE FROM orders')
  expect((await backUp()).exitCode).toBe(5)
  const before = await names()
  await place.database.psql(
    "INSERT INTO orders SELECT i, md5(i::text) || md5((-i)::text) || md5(i::text || 'x') FROM generate_series(1, 3000) i",
  )
  const { exitCode, report } = await backUp()
  expect(exitCode).toBe(0)
  expect(report.retention[0]?.deleted.length).toBeGreaterThan(0)
  expect(before).toEqual(expect.arrayContaining(report.retention[0]?.deleted ?? []))
})
