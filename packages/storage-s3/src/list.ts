import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { HoldfastError, type ObjectInfo } from '@holdfast/plugin'
import type { Store } from './store.ts'

/** Every object whose key starts with the prefix, page by page. Objects whose keys no call could name are left out. */
export async function* listObjects(
  { connection, place }: Store,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectInfo> {
  const location = place.location(prefix)
  const gone = new AbortController()
  const either = AbortSignal.any([signal, gone.signal])
  // Such a signal is slow to ask, and there may be tens of thousands of objects.
  let isCancelled = false
  either.addEventListener('abort', () => {
    isCancelled = true
  })
  const ask = async (token: string | undefined): Promise<ListObjectsV2CommandOutput> => {
    const page = await connection.call({ operation: 'ListObjectsV2', location }, either, (s3) =>
      s3.listObjectsV2(
        {
          Bucket: place.bucket,
          Prefix: place.fullPrefix(prefix),
          EncodingType: 'url',
          ...(token !== undefined && { ContinuationToken: token }),
        },
        { abortSignal: either },
      ),
    )
    // What is no listing, such as an error that came with 200, would otherwise be an empty one.
    if (page.IsTruncated !== undefined || page.Name !== undefined) return page
    throw new HoldfastError('STORAGE_FAILED', `what the store answered is no listing of ${location}`, {
      hint: 'Look for a proxy in between, and check the endpoint.',
      retryable: true,
    })
  }
  let next: Promise<ListObjectsV2CommandOutput> | undefined = ask(undefined)
  try {
    while (next !== undefined) {
      const page: ListObjectsV2CommandOutput = await next
      const token = page.NextContinuationToken
      if (page.IsTruncated === true && token === undefined) {
        throw new HoldfastError(
          'STORAGE_PROMISE_BROKEN',
          `the store gave a part of ${location} and no way to go on`,
        )
      }
      // The store makes it while the objects of this one are taken.
      next = page.IsTruncated === true ? ask(token) : undefined
      next?.catch(() => {})
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        const key = place.ownKey(decoded(Key ?? '', page.EncodingType))
        if (key === undefined || !key.startsWith(prefix)) continue
        yield { key, bytes: Size ?? 0, modifiedAt: LastModified ?? new Date(0) }
        if (isCancelled) signal.throwIfAborted()
      }
    }
  } finally {
    gone.abort()
  }
}

/** The key as it is. Listings are asked for in URL encoding, because XML can not carry every key; not every store does so. */
export function decoded(key: string, encoding: string | undefined): string {
  if (encoding !== 'url' || !/[%+]/.test(key)) return key
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    // No UTF-8: nobody could ask for it.
    return ''
  }
}
