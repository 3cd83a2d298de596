import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  NoSuchKey,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import { s3Environment } from '@holdfast/lab'
import s3 from '@holdfast/storage-s3'
import { clientOf, type S3Server } from './s3-server.ts'
import type { Shelf } from './shelf.ts'

export interface BucketShelf extends Shelf {
  /** Of the plugin, in a configuration; the credentials come from the environment. */
  options: { bucket: string; prefix: string }
  /** Its unfinished uploads, as they are among the files. */
  unfinished(): Promise<string[]>
  /** Removes whatever lies there. */
  clear(): Promise<void>
}

/** A part of the bucket that nobody else uses. Its unfinished uploads are among the files: each is `<key> (upload)`. */
export function bucketShelf(server: S3Server, prefix: string): BucketShelf {
  const { endpoint, region, accessKeyId, secretAccessKey, bucket } = server
  const client = clientOf(server)
  const options = s3.parseOptions({
    bucket,
    prefix,
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  })
  const context = { name: 's3', job: 'any', baseDirectory: '/' }
  const start = `${prefix}/`

  async function keys(): Promise<string[]> {
    const found: string[] = []
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: start })) {
      found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key))
    }
    return found
  }
  async function uploads(): Promise<{ Key: string; UploadId: string }[]> {
    const { Uploads = [], IsTruncated } = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: start }),
    )
    if (IsTruncated === true) throw new Error('there are more unfinished uploads than a page holds')
    return Uploads.map(({ Key = '', UploadId = '' }) => ({ Key, UploadId }))
  }
  async function unfinished(): Promise<string[]> {
    return (await uploads()).map(({ Key }) => `${Key.slice(start.length)} (upload)`)
  }
  async function clear(): Promise<void> {
    for (const Key of await keys()) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    for (const upload of await uploads()) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, ...upload }))
    }
  }

  return {
    options: { bucket, prefix },
    address: `s3://${bucket}/${prefix}`,
    environment: s3Environment(server),
    storage: { name: 's3', plugin: 's3', instance: s3.create(options, context) },
    async files() {
      const finished = (await keys()).map((key) => key.slice(start.length))
      return [...finished, ...(await unfinished())].toSorted()
    },
    async read(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: start + key }))
        return Body instanceof Readable ? await buffer(Body) : undefined
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },
    unfinished,
    clear,
    async remove() {
      await clear()
      client.destroy()
    },
  }
}
