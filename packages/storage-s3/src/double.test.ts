import { Readable } from 'node:stream'
import { S3 } from '@aws-sdk/client-s3'
import { startS3Double, type S3Double } from '@holdfast/lab'
import { afterEach, beforeEach, expect, it, test } from 'vitest'

// The double itself, by the SDK as it comes: what these tests rely on must be as strict as S3 is.
let store: S3Double
let s3: S3
beforeEach(async () => {
  store = await startS3Double()
  const [credentials] = store.credentials
  if (credentials === undefined) throw new Error('the double has no credentials')
  s3 = new S3({
    endpoint: store.endpoint,
    region: store.region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
  })
})
afterEach(async () => {
  s3.destroy()
  await store.close()
})

const Bucket = 'backups'

it('takes the framing and the trailing checksum of a stream off', async () => {
  const Body = Readable.from([Buffer.alloc(70_000, 'a'), Buffer.from('end')])
  await s3.putObject({ Bucket, Key: 'a', Body, ContentLength: 70_003 })
  const { ContentLength, ChecksumCRC32, ChecksumType } = await s3.headObject({
    Bucket,
    Key: 'a',
    ChecksumMode: 'ENABLED',
  })
  expect({ ContentLength, ChecksumType }).toEqual({ ContentLength: 70_003, ChecksumType: 'FULL_OBJECT' })
  expect(ChecksumCRC32).toMatch(/^.{6}==$/)
  const { Body: stored } = await s3.getObject({ Bucket, Key: 'a' })
  expect(await stored?.transformToString()).toBe(`${'a'.repeat(70_000)}end`)
})

test.each([
  ['a wrong checksum', { ChecksumCRC32: 'AAAAAA==' }, 'BadDigest'],
  ['a wrong MD5', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'BadDigest'],
  ['metadata of more than 2 KB', { Metadata: { a: 'x'.repeat(2048) } }, 'MetadataTooLarge'],
  ['a key of more than 1,024 bytes', { Key: 'x'.repeat(1025) }, 'KeyTooLongError'],
  ['a bucket that is not there', { Bucket: 'another' }, 'NoSuchBucket'],
])('%s is refused, and nothing is stored', async (_what, input, name) => {
  await expect(s3.putObject({ Bucket, Key: 'a', Body: 'x', ...input })).rejects.toMatchObject({ name })
  expect(store.objects.size).toBe(0)
})

it('refuses parts that are too small, missing, changed or out of order', async () => {
  const Key = 'a'
  const { UploadId } = await s3.createMultipartUpload({ Bucket, Key })
  const etags: string[] = []
  for (const PartNumber of [1, 2]) {
    const { ETag = '' } = await s3.uploadPart({
      Bucket,
      Key,
      UploadId,
      PartNumber,
      Body: `part ${PartNumber}`,
    })
    etags.push(ETag)
  }
  const complete = (...parts: [number, string][]): Promise<unknown> =>
    s3.completeMultipartUpload({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: parts.map(([PartNumber, ETag]) => ({ PartNumber, ETag })) },
    })
  const [first = '', second = ''] = etags
  await expect(complete([1, first], [2, second])).rejects.toMatchObject({ name: 'EntityTooSmall' })
  await expect(complete([2, second], [1, first])).rejects.toMatchObject({ name: 'InvalidPartOrder' })
  await expect(complete([1, second])).rejects.toMatchObject({ name: 'InvalidPart' })
  await expect(complete([3, first])).rejects.toMatchObject({ name: 'InvalidPart' })
  expect(store.objects.size).toBe(0)
  await complete([2, second])
  await expect(complete([2, second])).rejects.toMatchObject({ name: 'NoSuchUpload' })
})

it('refuses to be asked without a signature, with another header than was signed, and with a body that was changed', async () => {
  const { status } = await fetch(`${store.endpoint}/backups?list-type=2`)
  expect(status).toBe(403)
  s3.middlewareStack.add(
    (next) => (arguments_) => {
      ;(arguments_.request as { headers: Record<string, string> }).headers['x-amz-acl'] = 'public-read'
      return next(arguments_)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  await expect(s3.putObject({ Bucket, Key: 'a', Body: 'x' })).rejects.toMatchObject({ name: 'AccessDenied' })
})
