import { listBackups } from '@holdfast/core'
import { backupsLike, watchMemory } from '@holdfast/lab'
import type { Storage } from '@holdfast/plugin'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { bucketShelf, type BucketShelf } from './bucket-shelf.ts'
import { startS3, type S3Server } from './s3-server.ts'
import { createWorkplace, fill, type Workplace } from './workplace.ts'

const wanted = 2500
/** Of a whole process that lists them, in bytes. `npm run bench` says how long it takes. */
const memoryLimit = 250e6

let server: S3Server
let bucket: BucketShelf
let place: Workplace

beforeAll(async () => {
  server = await startS3()
  bucket = await bucketShelf(server, 'many-backups')
  place = await createWorkplace(inject('postgresUrl'), 'many', { elsewhere: bucket })
  await fill(place.database, { megabytes: 0.1 })
  await place.backUp()
  await bucket.fill(backupsLike(await original(), wanted - 1))
})

afterAll(async () => {
  await place.remove()
  await server.stop()
})

async function original(): Promise<Parameters<typeof backupsLike>[0]> {
  const files = await bucket.files()
  const textOf = async (part: string): Promise<{ key: string; text: string }> => {
    const key = files.find((file) => file.includes(part)) ?? ''
    return { key, text: (await bucket.read(key))?.toString() ?? '' }
  }
  return { manifest: await textOf('.manifest.json'), verdict: await textOf('.verdict-') }
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
  expect(most).toBeLessThanOrEqual(32)
})

it(`lists ${wanted} backups as a command, in little memory`, async () => {
  const { pid, outcome } = place.start(['list', '--from', place.backups, '--json'])
  const memory = watchMemory(pid)
  const { exitCode, stdout, durationMs } = await outcome
  const peakBytes = await memory.stop()
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toHaveLength(wanted)
  expect(peakBytes).toBeLessThan(memoryLimit)
  console.log({ durationMs, peakBytes })
})
