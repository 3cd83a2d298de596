import { listBackups } from '@holdfast/core'
import { backupsLike, type S3Double, startS3Double, type StoredText, watchMemory } from '@holdfast/lab'
import type { Storage } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { bucketShelf, type BucketShelf } from './bucket-shelf.ts'
import type { Outcome } from './holdfast.ts'
import { tries } from './tries.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

let wanted = tries({ usually: 400, full: 2500 })
/** Of a whole process that lists them, in bytes. How long it may take is said by `npm run bench`. */
const memoryLimit = 250e6
const prefix = 'many'

let server: S3Double
let bucket: BucketShelf
let place: Workplace

beforeAll(async () => {
  server = await startS3Double()
  const [credentials] = server.credentials as [S3Double['credentials'][number]]
  bucket = bucketShelf({ ...server, ...credentials, stop: () => server.close() }, prefix)
  place = await createWorkplace(inject('postgresUrl'), 'many', { elsewhere: bucket })
  await fill(place.database, { megabytes: 0.1 })
  await place.backUp()
  const likeness = { manifest: original('.manifest.json'), verdict: original('.verdict-') }
  for (const one of backupsLike(likeness, wanted - 1)) store(one)
})

afterAll(async () => {
  server.objects.clear()
  await place.remove()
  await server.close()
})

/** Of the one backup that was made. */
function original(part: string): StoredText {
  const [key, object] = [...server.objects].find(([name]) => name.includes(part)) ?? []
  const content = object?.blob.pieces[0]?.content
  if (key === undefined || !Buffer.isBuffer(content)) throw new Error(`the backup has no ${part}`)
  return { key: key.slice(prefix.length + 1), text: content.toString() }
}

/** Without a request, of which there would be many thousands. */
function store({ key, text }: StoredText): void {
  const content = Buffer.from(text)
  const { length } = content
  server.objects.set(`${prefix}/${key}`, {
    blob: { length, pieces: [{ length, content }] },
    etag: '"of no part"',
    modifiedAt: new Date(),
    properties: {},
  })
}

async function list(): Promise<Outcome & { peakBytes: number; requests: number }> {
  server.requests.length = 0
  const { pid, outcome } = place.start(['list', '--from', place.backups, '--json'])
  const memory = watchMemory(pid)
  const ended = await outcome
  const found = JSON.parse(ended.stdout) as { verification: string }[]
  expect(found.filter(({ verification }) => verification === 'archive')).toHaveLength(wanted)
  return { ...ended, peakBytes: await memory.stop(), requests: server.requests.length }
}

it(`reads ${wanted} backups with two requests each, few at a time`, async () => {
  let running = 0
  let most = 0
  let requests = 0
  const { instance } = bucket.storage
  const get: Storage['get'] = async (key, options) => {
    requests += 1
    most = Math.max(most, ++running)
    try {
      return await instance.get(key, options)
    } finally {
      running -= 1
    }
  }
  const storage = { ...bucket.storage, instance: { ...instance, get } }
  const backups = await listBackups([storage], undefined, new AbortController().signal)
  expect(backups.filter(({ verification }) => verification === 'archive')).toHaveLength(wanted)
  expect(requests).toBe(2 * wanted)
  expect(most).toBeLessThanOrEqual(16)
})

it('lists them with some requests in all once a run has packed them together', async () => {
  expect((await list()).requests).toBeGreaterThan(2 * wanted)
  server.requests.length = 0
  expect((await place.backUp()).exitCode).toBe(0)
  // Each manifest and verdict once for what the storage keeps, and the newest hundred before, for the verifiers.
  expect(server.requests.filter(({ operation }) => operation === 'GetObject').length).toBeLessThan(
    2 * (wanted + 1) + 2 * 100 + 20,
  )
  wanted += 1
  const { requests, peakBytes } = await list()
  expect(requests).toBeLessThan(wanted / 10)
  expect(peakBytes).toBeLessThan(memoryLimit)
})
