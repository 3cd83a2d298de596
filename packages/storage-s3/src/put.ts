import { addAbortSignal, type Readable } from 'node:stream'
import { HoldfastError, type PutOptions, type StoredObject } from '@holdfast/plugin'
import { cut, type Part } from './body.ts'
import { checksumFields, runningChecksum, sha256In } from './checksum.ts'
import { commit, type Writing, type Written } from './commit.ts'
import { putInParts } from './multipart.ts'
import { newObject } from './new-object.ts'
import { partSizes, refuseTooLarge } from './parts.ts'
import { readBack } from './read-back.ts'
import type { Store } from './store.ts'

/**
 * Stores a body whole: in one request where it fits into the first part, in parts otherwise. Until the request is sent
 * that makes the object, everything can be taken back; from then on nothing is cancelled any more. The key itself
 * is never deleted, because what is there may be somebody else's.
 */
export async function putObject(
  store: Store,
  key: string,
  body: Readable,
  options: PutOptions,
): Promise<StoredObject> {
  const { signal, ifAbsent = false, bytes, estimatedBytes } = options
  // Until it is read, an error of the body would have nobody to hear it.
  body.on('error', () => {})
  try {
    signal.throwIfAborted()
    addAbortSignal(signal, body)
    const fullKey = store.place.fullKey(key)
    const location = store.place.location(key)
    const object = newObject(key, store.job, store.options)
    const writing: Writing = { fullKey, location, ifAbsent, object, signal }
    refuseTooLarge(location, options)
    const running = runningChecksum(store.service.checksum)
    let total = 0
    const parts = cut(body, {
      location,
      bytes,
      sizeOf: partSizes({ partBytes: store.options.partBytes, estimatedBytes: bytes ?? estimatedBytes ?? 0 }),
      onBytes: (chunk) => {
        total += chunk.length
        running.update(chunk)
      },
    })
    const first = await firstOf(parts)
    const written = first.isLast
      ? await putWhole(store, writing, first.bytes)
      : await putInParts(store, writing, { first, rest: parts, body })
    return await readBack(store, writing, {
      key,
      bytes: total,
      ...written,
      checksum: running.result() ?? written.checksum,
    })
  } catch (error) {
    body.destroy()
    throw signal.aborted ? signal.reason : error
  }
}

async function firstOf(parts: AsyncGenerator<Part>): Promise<Part> {
  const next: IteratorResult<Part, void> = await parts.next()
  if (next.done === true) throw new HoldfastError('STORAGE_FAILED', 'a body without even an empty part')
  return next.value
}

async function putWhole(store: Store, writing: Writing, bytes: Buffer): Promise<Written> {
  const { options, service, place } = store
  const fields = checksumFields(service.checksum, bytes, options.objectLock !== undefined)
  const written = await commit(store, writing, 'PutObject', (s3, condition) =>
    s3.putObject({
      Bucket: place.bucket,
      Key: writing.fullKey,
      Body: bytes,
      ContentLength: bytes.length,
      ...writing.object,
      ...fields,
      ...condition,
    }),
  )
  return { ...written, checksum: sha256In(fields) }
}
