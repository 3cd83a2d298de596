import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { HoldfastError, type ObjectInfo } from '@holdfast/plugin'
import { toldChecksums } from './checksum.ts'
import { statusOf } from './errors.ts'
import type { Store } from './store.ts'

/** What the store says of the object at a key; undefined where there is none. */
export async function look(
  store: Store,
  fullKey: string,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput | undefined> {
  const target = { operation: 'HeadObject', location: store.locationOf(fullKey) } as const
  let status: number | undefined
  try {
    return await store.connection.call(target, signal, (s3) =>
      s3
        .headObject(
          {
            Bucket: store.place.bucket,
            Key: fullKey,
            ...(store.service.checksum !== 'whenRequired' && { ChecksumMode: 'ENABLED' }),
          },
          signal && { abortSignal: signal },
        )
        .catch((error: unknown) => {
          status = statusOf(error)
          throw error
        }),
    )
  } catch (error) {
    if (status === 404) return undefined
    // An answer to HEAD has no body, so a store that refuses can not say why. A listing is refused for the same reasons.
    if (status !== undefined && status >= 300 && status < 500 && status !== 429) await probe(store, signal)
    throw error
  }
}

/** Asks the store for something that is always there. Rejects where it can not be used at all. */
export async function probe({ connection, place }: Store, signal?: AbortSignal): Promise<void> {
  const target = { operation: 'ListObjectsV2', location: place.location('') } as const
  await connection.call(target, signal, (s3) =>
    s3.listObjectsV2(
      { Bucket: place.bucket, Prefix: place.base, MaxKeys: 1, EncodingType: 'url' },
      signal && { abortSignal: signal },
    ),
  )
}

export async function statObject(
  store: Store,
  key: string,
  signal: AbortSignal,
): Promise<ObjectInfo | undefined> {
  const found = await look(store, store.place.fullKey(key), signal)
  if (found === undefined) {
    // Also what a bucket that is not there says of its objects.
    await store.bucketIsThere(signal)
    return undefined
  }
  const [checksum] = toldChecksums(found)
  return {
    key,
    bytes: lengthOf(found, store.place.location(key)),
    modifiedAt: found.LastModified ?? new Date(0),
    ...(checksum !== undefined && { checksum }),
  }
}

export function lengthOf({ ContentLength }: HeadObjectCommandOutput, location: string): number {
  if (ContentLength !== undefined) return ContentLength
  throw new HoldfastError('STORAGE_PROMISE_BROKEN', `the store does not say how long ${location} is`)
}
