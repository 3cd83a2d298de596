import { Readable } from 'node:stream'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { isLeftOut, isRgwInstalled, type RgwServer, type S3Access, startRgw } from '@holdfast/lab'
import type { Storage } from '@holdfast/plugin'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leastPartBytes, parseOptions } from './options.ts'
import { s3Storage } from './storage.ts'

// What a real server does that is not AWS.
const leftOut = isLeftOut('what Ceph RGW does of its own', {
  isHere: isRgwInstalled(),
  because: 'it is not installed (npm test installs it as root)',
})

describe.skipIf(leftOut)('Ceph RGW', () => {
  const bucket = 'backups'
  const signal = new AbortController().signal
  let server: RgwServer

  beforeAll(async () => {
    server = await startRgw()
    const { endpoint, region, accessKeyId, secretAccessKey } = server
    const credentials = { accessKeyId, secretAccessKey }
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    client.destroy()
  })

  afterAll(() => server.stop())

  function storage(options: object = {}, access: S3Access = server): Storage {
    const { endpoint, region, accessKeyId, secretAccessKey } = access
    const credentials = { accessKeyId, secretAccessKey }
    const parsed = parseOptions({ bucket, endpoint, region, credentials, ...options })
    return s3Storage(parsed, { job: 'shop', environment: {} })
  }

  function put(one: Storage, key: string, bytes: number, ifAbsent = false): ReturnType<Storage['put']> {
    return one.put(key, Readable.from([Buffer.alloc(bytes, 'x')]), { signal, ifAbsent })
  }

  it.each([
    ['whole', 10],
    ['in parts', leastPartBytes + 1],
  ])('drops encryption that was asked for, which is an error and no object less: %s', async (how, bytes) => {
    const asking = { serverSideEncryption: 'AES256', partBytes: leastPartBytes }
    await expect(put(storage(asking), `sse/${how}`, bytes)).rejects.toMatchObject({ code: 'STORAGE_IGNORED' })
    const forgiving = storage({ ...asking, ignored: 'warn' })
    expect(await put(forgiving, `warned/${how}`, bytes)).toMatchObject({ bytes })
  })

  it('does what create-only writes are said to be worth', async () => {
    const one = storage({ partBytes: leastPartBytes })
    expect((await put(one, 'whole', 10, true)).createOnly).toMatch(/^(atomic|checked)$/)
    await expect(put(one, 'whole', 10, true)).rejects.toMatchObject({ code: 'STORAGE_EXISTS' })
    // Where parts are joined, it ignores the condition.
    expect((await put(one, 'parts', leastPartBytes + 1, true)).createOnly).toBe('checked')
  })

  it.each([
    ['a bucket that is not there', { bucket: 'no-such-bucket' }, 'STORAGE_BUCKET_MISSING'],
    [
      'a wrong secret',
      { credentials: { accessKeyId: 'nobody', secretAccessKey: 'wrong' } },
      'STORAGE_CREDENTIALS',
    ],
  ])('tells %s', async (_, options, code) => {
    await expect(storage(options).check(signal)).rejects.toMatchObject({ code })
    await expect(put(storage(options), 'a', 1)).rejects.toMatchObject({ code })
  })

  it('lets another user neither read nor write', async () => {
    const other = storage({}, await server.createUser())
    await put(storage(), 'mine', 1)
    const denied = { code: 'STORAGE_PERMISSION' }
    await expect(other.check(signal)).rejects.toMatchObject(denied)
    await expect(put(other, 'theirs', 1)).rejects.toMatchObject(denied)
    await expect(other.get('mine', { signal })).rejects.toMatchObject(denied)
  })
})
