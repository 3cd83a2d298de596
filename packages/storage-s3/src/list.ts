import { HoldfastError, type ObjectInfo } from '@holdfast/plugin'
import type { Store } from './store.ts'

/** Every object whose key starts with the prefix, page by page. Objects whose keys no call could name are left out. */
export async function* listObjects(
  { connection, place }: Store,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectInfo> {
  const target = { operation: 'ListObjectsV2', location: place.location(prefix) } as const
  let token: string | undefined
  do {
    const page = await connection.call(target, signal, (s3) =>
      s3.listObjectsV2(
        {
          Bucket: place.bucket,
          Prefix: place.fullPrefix(prefix),
          EncodingType: 'url',
          ...(token !== undefined && { ContinuationToken: token }),
        },
        { abortSignal: signal },
      ),
    )
    // What is no listing, such as an error that came with 200, would otherwise be an empty one.
    if (page.IsTruncated === undefined && page.Name === undefined) {
      throw new HoldfastError(
        'STORAGE_FAILED',
        `what the store answered is no listing of ${target.location}`,
        {
          hint: 'Look for a proxy in between, and check the endpoint.',
          retryable: true,
        },
      )
    }
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      const key = place.ownKey(decoded(Key ?? '', page.EncodingType))
      if (key === undefined || !key.startsWith(prefix)) continue
      yield { key, bytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) }
      signal.throwIfAborted()
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
    if (page.IsTruncated === true && token === undefined) {
      throw new HoldfastError(
        'STORAGE_PROMISE_BROKEN',
        `the store gave a part of ${target.location} and no way to go on`,
      )
    }
  } while (token !== undefined)
}

/** The key as it is. Listings are asked for in URL encoding, because XML can not carry every key; not every store does so. */
export function decoded(key: string, encoding: string | undefined): string {
  if (encoding !== 'url') return key
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    // No UTF-8: nobody could ask for it.
    return ''
  }
}
