import { setTimeout as sleep } from 'node:timers/promises'
import { type S3Double, startS3Double } from '@holdfast/lab'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { bucketShelf, type BucketShelf } from './bucket-shelf.ts'
import { createWorkplace, fill, reportOf, type Workplace } from './workplace.ts'

let server: S3Double
let bucket: BucketShelf
let place: Workplace

beforeAll(async () => {
  server = await startS3Double()
  bucket = bucketShelf({ ...server, stop: () => server.close() }, 'far')
  place = await createWorkplace(inject('postgresUrl'), 'copying')
  // In more than one part.
  await fill(place.database, { megabytes: 20 })
  await place.backUp()
})

afterAll(async () => {
  await bucket.remove()
  await place.remove()
  await server.close()
})

it('a run that begins and ends while a copy is sent leaves what of it has been sent', async () => {
  server.fail({ on: ({ query }) => query.get('partNumber') === '2', kind: 'hang' })
  const copying = place.start(['copy', 'latest', '--from', place.backups, '--to', bucket.address], {
    ...bucket.environment,
  })
  while (server.uploads.size === 0) await sleep(20)
  const [begun] = server.uploads.keys()
  const ran = await place.run(['backup', '--to', bucket.address, '--json'], { ...bucket.environment })
  expect(reportOf(ran)).toMatchObject({ status: 'succeeded', retention: [{ orphans: 0, errors: [] }] })
  expect([...server.uploads.keys()]).toEqual([begun])
  expect((await bucket.files()).filter((key) => key.endsWith('.copying.json'))).toHaveLength(1)

  copying.signal('SIGTERM')
  expect((await copying.outcome).exitCode).toBe(143)
})
