import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { freeOwned } from '@holdfast/plugin'
import type { Part } from './body.ts'
import { checksumFields } from './checksum.ts'
import { commit, isOurs, withoutETag, type Writing, type Written } from './commit.ts'
import { look } from './look.ts'
import { mostParts, tooLarge } from './parts.ts'
import type { Store } from './store.ts'

/** How long what must still be done after a put was cancelled may take, in milliseconds. */
const afterwardsMs = 4000

/** A body in parts, of which the first has been read. */
export interface BodyInParts {
  first: Part
  rest: AsyncGenerator<Part>
  /** Where the parts come from, to be destroyed when they are of no use any more. */
  body: Readable
}

/** Stores a body in parts, several at a time. Whatever fails before the upload is completed aborts it. */
export async function putInParts(store: Store, writing: Writing, body: BodyInParts): Promise<Written> {
  const uploadId = await beginUpload(store, writing)
  let isCommitting = false
  try {
    const parts = await sendParts(store, writing, uploadId, body)
    writing.signal.throwIfAborted()
    isCommitting = true
    return await commit(store, writing, 'CompleteMultipartUpload', (s3, condition) =>
      s3.completeMultipartUpload({
        Bucket: store.place.bucket,
        Key: writing.fullKey,
        UploadId: uploadId,
        MultipartUpload: { Parts: parts },
        // The checksum of the whole is not told: what the store says of it later is its own.
        ...(store.service.checksum === 'crc32' && { ChecksumType: 'FULL_OBJECT' }),
        ...condition,
      }),
    )
  } catch (error) {
    await abort(store, writing, uploadId)
    // It may have been completed after all, between the failure and the abort.
    const found = isCommitting ? await look(store, writing.fullKey).catch(() => undefined) : undefined
    if (!isOurs(found, writing)) throw error
    return { etag: found?.ETag, ...(writing.ifAbsent && { createOnly: 'checked' }) }
  }
}

// An upload that was begun while nobody waits any more is aborted when its name comes.
async function beginUpload(store: Store, writing: Writing): Promise<string> {
  const { signal } = writing
  const { place, connection, service } = store
  const target = { operation: 'CreateMultipartUpload', location: writing.location } as const
  const beginning = connection.call(target, undefined, async (s3) => {
    const { UploadId } = await s3.createMultipartUpload({
      Bucket: place.bucket,
      Key: writing.fullKey,
      ...writing.object,
      ...(service.checksum === 'crc32' && { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' }),
      ...(service.checksum === 'sha256' && { ChecksumAlgorithm: 'SHA256' }),
    })
    if (UploadId === undefined) throw withoutETag(writing.location)
    return UploadId
  })
  const uploadId = await Promise.race([beginning, afterAbort(signal)])
  if (uploadId !== undefined && !signal.aborted) return uploadId
  beginning.then((late) => abort(store, writing, late)).catch(() => {})
  if (uploadId !== undefined) await abort(store, writing, uploadId)
  throw signal.reason
}

/** Resolves once whoever waits has waited long enough since the signal aborted. */
async function afterAbort(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
  await sleep(afterwardsMs, undefined, { ref: false })
}

async function sendParts(
  store: Store,
  writing: Writing,
  uploadId: string,
  { first, rest, body }: BodyInParts,
): Promise<CompletedPart[]> {
  const sent: CompletedPart[] = []
  const inFlight = new Set<Promise<void>>()
  const stop = new AbortController()
  const either = AbortSignal.any([writing.signal, stop.signal])
  const failures: unknown[] = []

  async function send(part: Part): Promise<void> {
    try {
      sent.push(await sendPart(store, writing, uploadId, part, either))
    } catch (error) {
      failures.push(error)
      // What is still being read or sent is of no use any more.
      stop.abort(error)
      body.destroy()
    }
  }
  const begin = (part: Part): void => {
    const sending = send(part).finally(() => inFlight.delete(sending))
    inFlight.add(sending)
  }

  try {
    begin(first)
    for await (const part of rest) {
      if (part.number > mostParts) throw tooLarge(writing.location, 'more')
      while (inFlight.size >= store.options.partsInFlight) await Promise.race(inFlight)
      if (failures.length > 0) break
      begin(part)
    }
  } catch (error) {
    failures.push(error)
    stop.abort(error)
  }
  await Promise.all(inFlight)
  if (failures.length > 0) throw failures[0]
  return sent.toSorted((one, other) => (one.PartNumber ?? 0) - (other.PartNumber ?? 0))
}

async function sendPart(
  { place, connection, service, options }: Store,
  { fullKey, location }: Writing,
  uploadId: string,
  { number, bytes }: Part,
  signal: AbortSignal,
): Promise<CompletedPart> {
  const { ContentMD5, ...checksum } = checksumFields(
    service.checksum,
    bytes,
    options.objectLock !== undefined,
  )
  const { ETag } = await connection.call({ operation: 'UploadPart', location }, signal, (s3) =>
    s3.uploadPart(
      {
        Bucket: place.bucket,
        Key: fullKey,
        UploadId: uploadId,
        PartNumber: number,
        Body: bytes,
        ContentLength: bytes.length,
        ...checksum,
        ...(ContentMD5 !== undefined && { ContentMD5 }),
      },
      { abortSignal: signal },
    ),
  )
  if (ETag === undefined) throw withoutETag(location)
  freeOwned(bytes)
  return { PartNumber: number, ETag, ...checksum }
}

/** Ends an upload that is of no use any more. What can not be ended now is stranded, and swept by a later run. */
async function abort({ place, connection }: Store, writing: Writing, uploadId: string): Promise<void> {
  const target = { operation: 'AbortMultipartUpload', location: writing.location } as const
  const signal = AbortSignal.timeout(afterwardsMs)
  await connection
    .call(target, signal, (s3) =>
      s3.abortMultipartUpload(
        { Bucket: place.bucket, Key: writing.fullKey, UploadId: uploadId },
        { abortSignal: signal },
      ),
    )
    .catch(() => {})
}
