import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Storage, type Bucket } from '@google-cloud/storage'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GcsDouble, startGcsDouble } from './gcs-double.ts'

// Google's own client, so that the double is held to what that expects.

const chunkSize = 262_144
let double: GcsDouble
let bucket: Bucket

beforeEach(async () => {
  double = await startGcsDouble({ pageObjects: 3 })
  bucket = new Storage({ apiEndpoint: double.endpoint, projectId: 'lab' }).bucket(double.bucket)
})
afterEach(() => double.close())

const options = { chunkSize, preconditionOpts: { ifGenerationMatch: 0 } }

async function upload(name: string, bytes: Buffer): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, index) =>
    bytes.subarray(index * 50_000, (index + 1) * 50_000),
  )
  await pipeline(Readable.from(chunks, { objectMode: false }), bucket.file(name).createWriteStream(options))
}

describe("Google's client", () => {
  it('stores, reads, describes, lists and removes', async () => {
    const content = randomBytes(3 * chunkSize + 7)
    await upload('a/ü b', content)
    await bucket.file('simple').save('hello', { resumable: false })
    const [read] = await bucket.file('a/ü b').download()
    expect(read.equals(content)).toBe(true)
    const [part] = await bucket.file('simple').download({ start: 1, end: 3 })
    expect(part.toString()).toBe('ell')
    const [metadata] = await bucket.file('a/ü b').getMetadata()
    expect(metadata).toMatchObject({ size: String(content.length), storageClass: 'STANDARD' })

    for (let index = 0; index < 5; index++) await bucket.file(`many/${index}`).save('x', { resumable: false })
    const [files] = await bucket.getFiles({ prefix: 'many/' })
    expect(files.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4].map((index) => `many/${index}`))
    await bucket.file('simple').delete()
    expect(await bucket.file('simple').exists()).toEqual([false])
    await expect(bucket.file('simple').delete()).rejects.toMatchObject({ code: 404 })
    const [granted] = await bucket.iam.testPermissions(['storage.objects.create', 'storage.objects.get'])
    expect(granted).toEqual({ 'storage.objects.create': true, 'storage.objects.get': true })
  })

  it('is refused where something is already, and goes on after a chunk that failed', async () => {
    await upload('a', randomBytes(10))
    await expect(upload('a', randomBytes(10))).rejects.toMatchObject({ code: 412 })
    double.addFault({ on: 'chunk', effect: { status: 503 } })
    const content = randomBytes(2 * chunkSize)
    await upload('b', content)
    expect((await double.contentOf('b')).equals(content)).toBe(true)
  })

  it('says that an upload failed whose answer got lost', async () => {
    double.addFault({ on: 'commit', effect: 'lostAnswer' })
    const content = randomBytes(2 * chunkSize + 1)
    await expect(upload('a', content)).rejects.toThrow('The offset is lower')
    expect((await double.contentOf('a')).equals(content)).toBe(true)
  })

  it('counts what went wrong in the whole of an upload', async () => {
    const retryOptions = { maxRetries: 1 }
    bucket = new Storage({ apiEndpoint: double.endpoint, projectId: 'lab', retryOptions }).bucket(
      double.bucket,
    )
    const seen = new Set<string | undefined>()
    const isNew = (range: string | undefined): boolean =>
      !seen.has(range) && seen.size !== seen.add(range).size
    const when = ({ contentRange }: { contentRange: string | undefined }): boolean => isNew(contentRange)
    double.addFault({ on: 'chunk', effect: { status: 503 }, times: Infinity, when })
    await expect(upload('a', randomBytes(4 * chunkSize))).rejects.toThrow('Retry limit exceeded')
    expect(seen.size).toBe(2)
  })

  it('leaves an upload open whose body broke', async () => {
    const body = new Readable({ read() {} })
    body.push(randomBytes(chunkSize + 1))
    const storing = pipeline(body, bucket.file('a').createWriteStream(options))
    await expect.poll(() => double.requests.some(({ kind }) => kind === 'chunk')).toBe(true)
    body.destroy(new Error('the dump died'))
    await expect(storing).rejects.toThrow('the dump died')
    expect(double.openUploads()).toEqual(['a'])
  })
})
