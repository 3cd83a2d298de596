import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startProxy, type Proxy } from '@holdfast/lab'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { bucketShelf, type BucketShelf } from './bucket-shelf.ts'
import type { Outcome, Running } from './holdfast.ts'
import { startS3, type S3Server } from './s3-server.ts'
import { directoryShelf } from './shelf.ts'
import { backupsIn, damageIn, dataAmong } from './stored.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

const requestTimeoutMs = 1500
/** What is sent before the storage holds still: some of the first part, or some of the third. */
const megabyte = 1e6

let server: S3Server
let proxy: Proxy
let bucket: BucketShelf
let place: Workplace

beforeAll(async () => {
  server = await startS3()
  proxy = await startProxy(server.endpoint)
  bucket = bucketShelf(server, 'destinations')
  place = await createWorkplace(inject('postgresUrl'), 'destinations')
  await fill(place.database, { megabytes: 60 })
})

beforeEach(async () => {
  proxy.thaw()
  await rm(place.backups, { recursive: true, force: true })
  await bucket.clear()
})

afterAll(async () => {
  await place.remove()
  await bucket.remove()
  await proxy.stop()
  await server.stop()
})

function configure(primary: 'local' | 's3'): Promise<void> {
  const local = { use: 'local', options: { path: 'backups' } }
  const options = { ...bucket.options, partBytes: 5 << 20, requestTimeoutMs, maxAttempts: 2 }
  const s3 = { use: 's3', options }
  const storages = primary === 'local' ? [local, s3] : [s3, local]
  return place.configure({ jobs: { shop: { database: '${DATABASE_URL}', storages } } })
}

/** Only the way through the proxy is known to it. */
const throughProxy = (): Record<string, string> => ({
  ...bucket.environment,
  AWS_ENDPOINT_URL_S3: proxy.endpoint,
})

async function frozenAfter(running: Running, bytes: number): Promise<Outcome> {
  const before = proxy.sentBytes()
  let over = false
  const ended = running.outcome.finally(() => (over = true))
  while (!over && proxy.sentBytes() - before < bytes) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(over).toBe(false)
  proxy.freeze()
  return ended
}

describe('a second storage that holds still', () => {
  beforeEach(() => configure('local'))

  it('from the start is dropped, and the first has a whole backup', async () => {
    proxy.freeze()
    const outcome = await place.run(['backup', '--json'], throughProxy())
    expect(outcome.exitCode).toBe(6)
    expect(outcome.durationMs).toBeLessThan(120_000)
    expect(reportOf(outcome)).toMatchObject({
      status: 'partial',
      storages: [{ status: 'stored' }, { status: 'failed', error: { code: 'STORAGE_TIMEOUT' } }],
    })
    expect(await damageIn(place.backups)).toEqual([])
    expect(await backupsIn(place.backups)).toMatchObject([{ verification: 'archive' }])
  })

  it.each([
    ['in its first part', megabyte],
    ['in a later part', 14 * megabyte],
  ])('%s is dropped, and the next run sweeps what it kept', async (_, bytes) => {
    const outcome = await frozenAfter(place.start(['backup', '--json'], throughProxy()), bytes)
    expect(outcome.exitCode).toBe(6)
    expect(outcome.durationMs).toBeLessThan(120_000)
    expect(reportOf(outcome)).toMatchObject({
      status: 'partial',
      storages: [{ status: 'stored' }, { status: 'failed' }],
    })
    expect(await damageIn(place.backups)).toEqual([])
    expect(await backupsIn(bucket)).toEqual([])

    proxy.thaw()
    expect((await place.run(['backup'], throughProxy())).exitCode).toBe(0)
    expect(await damageIn(bucket)).toEqual([])
    expect((await bucket.files()).filter((file) => file.endsWith(' (upload)'))).toEqual([])
  })
})

it('a first storage that holds still fails the run in time, and nothing is listed anywhere', async () => {
  await configure('s3')
  const outcome = await frozenAfter(place.start(['backup', '--json'], throughProxy()), 8 * megabyte)
  expect(outcome.exitCode).toBe(4)
  expect(outcome.durationMs).toBeLessThan(120_000)
  expect(reportOf(outcome)).toMatchObject({ status: 'failed' })
  const directory = directoryShelf(join(place.directory, 'backups'))
  expect(dataAmong(await directory.files())).toEqual([])
  expect(await backupsIn(directory)).toEqual([])
  proxy.thaw()
  expect(await backupsIn(bucket)).toEqual([])
})
