import { addAbortSignal, type Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  freeOwned,
  hasCode,
  HoldfastError,
  isHoldfastError,
  type PutOptions,
  type StoredObject,
} from '@holdfast/plugin'
import { runningChecksum } from './checksum.ts'
import { alreadyThere, broken, wrongLength } from './errors.ts'
import { newObject } from './new-object.ts'
import { type Part, partsOf } from './parts.ts'
import { readBack } from './read-back.ts'
import { infoOf, type Resource } from './resource.ts'
import type { Store } from './store.ts'
import { startUpload, type Upload } from './upload.ts'

/** What the service takes for one object, in bytes. */
const objectBytes = 5 * 2 ** 40
/** How long requests that begin an upload or end it go on once the signal has aborted, in milliseconds. */
const graceMs = 2000

/**
 * Sends a body in parts, one while the next is read. Nothing is there before the last part, and that is only sent when
 * the body has ended well. Everything that fails before ends the upload; from then on nothing is cancelled any more,
 * and where the answer is lost the service is asked. The name itself is never removed, only the generation made here.
 */
export async function putObject(
  store: Store,
  key: string,
  body: Readable,
  options: PutOptions,
): Promise<StoredObject> {
  const { signal, ifAbsent = false } = options
  // Until it is read, an error of the body would have nobody to hear it.
  body.on('error', () => {})
  try {
    signal.throwIfAborted()
    addAbortSignal(signal, body)
    const name = store.keys.nameOf(key)
    const location = store.locationOf(name)
    const object = newObject(key, store.job, store.options)
    refuseTooLarge(location, options.bytes ?? 0)
    const { late, dismiss } = later(signal)
    // What is begun is seen to its end, so that it can be ended.
    const upload = startUpload(store, { name, location, ifAbsent, object }, late)
    const checksum = runningChecksum()
    const last = await sendParts(store, { upload, body, location, checksum, options }).catch(
      async (error: unknown) => {
        await abandon(upload)
        dismiss()
        throw error
      },
    )
    const resource = await finish(await upload, last, checksum.inBase64(), location, late).finally(dismiss)
    const warnings = await readBack(store, location, resource, {
      bytes: last.start + last.bytes.length,
      checksum: checksum.result(),
      crc32c: checksum.inBase64(),
      object,
    })
    return {
      ...infoOf(key, resource),
      ...(ifAbsent && { createOnly: 'atomic' }),
      ...(warnings.length > 0 && { warnings }),
    }
  } catch (error) {
    body.destroy()
    if (signal.aborted) throw signal.reason
    throw ifAbsent && hasCode(error, 'STORAGE_EXISTS')
      ? alreadyThere(store.locationOf(store.keys.nameOf(key)))
      : error
  }
}

interface Sending {
  upload: Promise<Upload>
  body: Readable
  location: string
  checksum: ReturnType<typeof runningChecksum>
  options: PutOptions
}

/** Sends all parts but the last, and gives that one when the body has ended as it should. */
async function sendParts(
  store: Store,
  { upload, body, location, checksum, options: { signal, bytes: expected } }: Sending,
): Promise<Part> {
  // What fails meanwhile ends the body, so that nobody waits for the rest of it.
  const stop = (error: unknown): void => void body.destroy(error as Error)
  upload.catch(stop)
  let sending: Promise<void> = Promise.resolve()
  const onBytes = (chunk: Buffer, total: number): void => {
    checksum.update(chunk)
    if (expected !== undefined && total > expected)
      throw wrongLength(location, `more than ${expected} bytes came`)
    refuseTooLarge(location, total)
  }
  for await (const part of partsOf(body, store.options.partBytes, onBytes)) {
    await sending
    if (part.isLast) {
      const total = part.start + part.bytes.length
      if (expected !== undefined && total !== expected)
        throw wrongLength(location, `${total} bytes came, not ${expected}`)
      await upload
      signal.throwIfAborted()
      return part
    }
    sending = upload.then((one) => one.send(part, signal)).then(() => freeOwned(part.bytes))
    sending.catch(stop)
  }
  throw new HoldfastError('STORAGE_FAILED', `${location}: a body without even an empty part`)
}

async function finish(
  upload: Upload,
  last: Part,
  checksum: string,
  location: string,
  late: AbortSignal,
): Promise<Resource> {
  try {
    return await upload.finish(last, checksum, late)
  } catch (error) {
    if (isRefused(error)) {
      await upload.cancel()
      throw error
    }
    const outcome = await upload.settle()
    if (outcome === 'nothing') throw error
    if (outcome !== 'unknown') return outcome
    const known = isHoldfastError(error) ? error : undefined
    throw broken(
      known?.code ?? 'STORAGE_UNAVAILABLE',
      `${known?.message ?? `storing ${location} was cancelled`}; whether it was stored after all could not be found out`,
      known?.hint ?? 'Look with holdfast list, and run again.',
    )
  }
}

/** A signal that aborts a while after another, for what should better be seen to its end. */
function later(signal: AbortSignal): { late: AbortSignal; dismiss: () => void } {
  const over = new AbortController()
  const onAbort = (): void => {
    setTimeout(() => over.abort(signal.reason), graceMs).unref()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return { late: over.signal, dismiss: () => signal.removeEventListener('abort', onAbort) }
}

/** True for an answer that leaves no doubt that no object was made. */
function isRefused(error: unknown): boolean {
  return ['STORAGE_EXISTS', 'STORAGE_LOCKED', 'STORAGE_PERMISSION', 'STORAGE_CHECKSUM'].some((code) =>
    hasCode(error, code),
  )
}

/** Ends an upload that has begun, or is about to. */
async function abandon(upload: Promise<Upload>): Promise<void> {
  const begun = await Promise.race([upload, sleep(graceMs, undefined, { ref: false })]).catch(() => undefined)
  if (begun !== undefined) await begun.cancel()
}

function refuseTooLarge(location: string, bytes: number): void {
  if (bytes <= objectBytes) return
  throw broken(
    'STORAGE_TOO_LARGE',
    `${location} would be larger than the ${objectBytes} bytes that the service takes for one object`,
    'Leave large tables to a job of their own.',
  )
}
