import { hasCode } from '@holdfast/plugin'
import { nameOf, statusIn } from './errors.ts'
import { decoded } from './list.ts'
import type { Store } from './store.ts'

/** Aborts uploads in parts that were begun before the given time for keys with the prefix. Resolves how many. */
export async function removeUnfinished(
  store: Store,
  prefix: string,
  before: Date,
  signal: AbortSignal,
): Promise<number> {
  const { connection, place } = store
  let removed = 0
  for await (const { fullKey, uploadId, begunAt } of uploads(store, prefix, signal)) {
    const key = place.ownKey(fullKey)
    if (key === undefined || !key.startsWith(prefix) || begunAt >= before) continue
    const target = { operation: 'AbortMultipartUpload', location: place.location(key) } as const
    await connection
      .call(target, signal, (s3) =>
        s3.abortMultipartUpload(
          { Bucket: place.bucket, Key: fullKey, UploadId: uploadId },
          { abortSignal: signal },
        ),
      )
      .catch((error: unknown) => {
        // Finished or swept by somebody else meanwhile.
        if (!isGone(error)) throw error
      })
    removed++
  }
  return removed
}

interface Upload {
  fullKey: string
  uploadId: string
  begunAt: Date
}

async function* uploads(
  { connection, place }: Store,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<Upload> {
  const target = { operation: 'ListMultipartUploads', location: place.location(prefix) } as const
  let markers: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
  while (markers !== undefined) {
    const from: { KeyMarker?: string; UploadIdMarker?: string } = markers
    const page = await connection
      .call(target, signal, (s3) =>
        s3.listMultipartUploads(
          { Bucket: place.bucket, Prefix: place.fullPrefix(prefix), EncodingType: 'url', ...from },
          { abortSignal: signal },
        ),
      )
      .catch((error: unknown) => {
        if (isUnknownToStore(error)) return undefined
        throw error
      })
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || Initiated === undefined) continue
      yield { fullKey: decoded(Key, page?.EncodingType), uploadId: UploadId, begunAt: Initiated }
    }
    markers =
      page?.IsTruncated === true && page.NextKeyMarker !== undefined
        ? {
            KeyMarker: decoded(page.NextKeyMarker, page.EncodingType),
            ...(page.NextUploadIdMarker !== undefined && { UploadIdMarker: page.NextUploadIdMarker }),
          }
        : undefined
  }
}

function isGone(error: unknown): boolean {
  return (
    error instanceof Error && (nameOf(error.cause) === 'NoSuchUpload' || hasCode(error, 'STORAGE_NOT_FOUND'))
  )
}

// Not every store can list them; then its own rules have to end them.
function isUnknownToStore(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return statusIn(cause) === 501 || statusIn(cause) === 405 || nameOf(cause) === 'NotImplemented'
}
