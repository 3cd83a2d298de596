import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { s3Environment, type S3Access, type StoredText } from '@holdfast/lab'

/** A bucket on a throwaway server. */
export interface Bucket {
  name: string
  client: S3Client
  /** What a process needs to get there. */
  environment: Readonly<Record<string, string>>
}

export async function createBucket(access: S3Access, name: string): Promise<Bucket> {
  const { endpoint, region, accessKeyId, secretAccessKey } = access
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  })
  await client.send(new CreateBucketCommand({ Bucket: name }))
  return { name, client, environment: s3Environment(access) }
}

export async function emptyBucket({ name, client }: Bucket): Promise<void> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: name })) {
    if (Contents.length === 0) continue
    const Objects = Contents.map(({ Key }) => ({ Key }))
    await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }))
  }
}

/** Stores many small objects, some at a time. */
export async function fillBucket({ name, client }: Bucket, objects: Iterable<StoredText>): Promise<void> {
  const queue = objects[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const { key, text } = next.value
      await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body: text }))
    }
  }
  await Promise.all(Array.from({ length: 32 }, worker))
}
