import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { s3Environment, type S3Access, type StoredText } from '@holdfast/lab'
import s3 from '@holdfast/storage-s3'
import type { Shelf } from './shelf.ts'

const prefix = 'kept/here'

export interface BucketShelf extends Shelf {
  /** Of the plugin, in a configuration; the credentials come from the environment. */
  options: { bucket: string; prefix: string }
  /** Removes whatever lies there. */
  clear(): Promise<void>
  /** Stores many small objects, some at a time. */
  fill(objects: Iterable<StoredText>): Promise<void>
}

/** A bucket of its own. Its unfinished uploads are among the files: each is `<key> (upload)`. */
export async function bucketShelf(access: S3Access, bucket: string): Promise<BucketShelf> {
  const { endpoint, region, accessKeyId, secretAccessKey } = access
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const options = s3.parseOptions({
    bucket,
    prefix,
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  })
  const context = { name: 's3', job: 'any', baseDirectory: '/' }

  async function keys(): Promise<string[]> {
    const found: string[] = []
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
    }
    return found
  }
  async function uploads(): Promise<{ Key: string; UploadId: string }[]> {
    const { Uploads = [], IsTruncated } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket }),
    )
    if (IsTruncated === true) throw new Error('there are more unfinished uploads than a page holds')
    return Uploads.map(({ Key = '', UploadId = '' }) => ({ Key, UploadId }))
  }
  async function clear(): Promise<void> {
    for (const Key of await keys()) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    for (const upload of await uploads()) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, ...upload }))
    }
  }
  const belowPrefix = (key: string): string => key.replace(`${prefix}/`, '')

  return {
    options: { bucket, prefix },
    address: `s3://${bucket}/${prefix}`,
    environment: s3Environment(access),
    storage: { name: 's3', plugin: 's3', instance: s3.create(options, context) },
    async files() {
      const unfinished = (await uploads()).map(({ Key }) => `${Key} (upload)`)
      return [...(await keys()), ...unfinished].map(belowPrefix).toSorted()
    },
    async read(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}` }))
        return Body instanceof Readable ? await buffer(Body) : undefined
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },
    clear,
    async fill(objects) {
      const queue = objects[Symbol.iterator]()
      const worker = async (): Promise<void> => {
        for (let next = queue.next(); next.done !== true; next = queue.next()) {
          const { key, text } = next.value
          await client.send(new PutObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}`, Body: text }))
        }
      }
      await Promise.all(Array.from({ length: 16 }, worker))
    },
    async remove() {
      await clear()
      await client.send(new DeleteBucketCommand({ Bucket: bucket }))
      client.destroy()
    },
  }
}
