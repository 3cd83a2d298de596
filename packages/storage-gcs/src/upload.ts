import { HoldfastError } from '@holdfast/plugin'
import { mayHelp, pause } from './attempts.ts'
import type { Answer, Ask } from './connection.ts'
import type { NewObject } from './new-object.ts'
import type { Part } from './parts.ts'
import { Refusal } from './errors.ts'
import { type Resource, resourceIn } from './resource.ts'
import { type Store, uploadUrl } from './store.ts'

/** An upload that the service holds open. It makes an object only with its last part; until then there is nothing. */
export interface Upload {
  /** Sends a part, as often as needed, from where the service has it. */
  send: (part: Part, signal: AbortSignal) => Promise<void>
  /** Sends the last part, with the checksum of the whole, for the service to refuse another. */
  finish: (part: Part, checksum: string, signal: AbortSignal) => Promise<Resource>
  /** Ends it for good, as far as the service can be reached. Never rejects. */
  cancel: () => Promise<void>
  /**
   * The same after `finish` has failed, when its last request may have made the object all the same. Resolves with
   * that object, `nothing` where there is and will be none, or `unknown`. Never rejects.
   */
  settle: () => Promise<Resource | 'nothing' | 'unknown'>
}

export interface UploadTarget {
  name: string
  location: string
  ifAbsent: boolean
  object: NewObject
}

/** What became of a part: an object, or how many bytes the service has of all. */
type Progress = { resource: Resource } | { persistedBytes: number }

/** How long ending an upload may take, in milliseconds. */
const cancelMs = 2000
const cancelledStatus = 499

export async function startUpload(store: Store, target: UploadTarget, signal: AbortSignal): Promise<Upload> {
  const { name, location, ifAbsent, object } = target
  const { kmsKeyName, maxAttempts } = store.options
  const { headers } = await store.connection.askAgain(
    {
      operation: 'store',
      location,
      method: 'POST',
      url: uploadUrl(store, {
        uploadType: 'resumable',
        name,
        ifGenerationMatch: ifAbsent ? 0 : undefined,
        kmsKeyName,
      }),
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'x-upload-content-type': object.contentType,
      },
      body: Buffer.from(JSON.stringify({ name, ...object })),
    },
    signal,
  )
  const url = headers.location
  if (url === undefined) throw lost(location, 'the service gave no address for it')
  // Whoever knows the address may go on with the upload: it is a secret, and needs no token.
  const asked = { operation: 'store', location, url, signed: false } as const

  const progressIn = ({ status, headers: got, json }: Answer): Progress => {
    if (status !== 308) return { resource: resourceIn(json, location) }
    const last = /^bytes=0-(\d+)$/.exec(got.range?.toString() ?? '')?.[1]
    return { persistedBytes: last === undefined ? 0 : Number(last) + 1 }
  }
  const put = async (more: Pick<Ask, 'headers' | 'body'>, within: AbortSignal): Promise<Progress> =>
    progressIn(await store.connection.ask({ ...asked, ...more, method: 'PUT', accepts: [308] }, within))
  const probe = (within: AbortSignal): Promise<Progress> =>
    put({ headers: { 'content-range': 'bytes */*' } }, within)

  function putFrom(
    at: number,
    { bytes, start }: Part,
    within: AbortSignal,
    checksum?: string,
  ): Promise<Progress> {
    const last = start + bytes.length
    const range = at === last ? '*' : `${at}-${last - 1}`
    const total = checksum === undefined ? '*' : last
    const headers = {
      'content-type': 'application/octet-stream',
      'content-range': `bytes ${range}/${total}`,
      ...(checksum !== undefined && { 'x-goog-hash': `crc32c=${checksum}` }),
    }
    return put({ headers, body: bytes.subarray(at - start) }, within)
  }

  /** Sends a part from where the service has it, and asks where that is after everything that went wrong. */
  async function deliver(part: Part, within: AbortSignal, checksum?: string): Promise<Resource | undefined> {
    const last = part.start + part.bytes.length
    let at = part.start
    let isKnown = true
    for (let failed = 0; ;) {
      try {
        const progress = isKnown ? await putFrom(at, part, within, checksum) : await probe(within)
        if ('resource' in progress) {
          if (checksum === undefined) throw lost(location, 'the service ended it too early')
          return progress.resource
        }
        const { persistedBytes } = progress
        if (persistedBytes < part.start || persistedBytes > last)
          throw lost(location, `the service has ${persistedBytes} bytes of ${at} that it had taken`)
        if (persistedBytes === last && checksum === undefined) return undefined
        if (persistedBytes > at) failed = 0
        else if (isKnown) failed++
        at = persistedBytes
        isKnown = true
        if (failed >= maxAttempts) throw lost(location, `the service takes nothing beyond byte ${at}`)
      } catch (error) {
        failed++
        within.throwIfAborted()
        if (isGone(error)) throw lost(location, 'the service does not know it any more', error)
        if (failed >= maxAttempts || !mayHelp(error)) throw error
        await pause(failed, error, within)
        isKnown = false
      }
    }
  }

  async function cancel(): Promise<void> {
    const request = {
      ...asked,
      operation: 'cancel the upload of',
      method: 'DELETE',
      accepts: [cancelledStatus],
    } as const
    await store.connection.askAgain(request, AbortSignal.timeout(cancelMs)).catch(() => {})
  }

  return {
    send: async (part, within) => {
      await deliver(part, within)
    },
    finish: async (part, checksum, within) => {
      const resource = await deliver(part, within, checksum)
      if (resource === undefined) throw lost(location, 'the service did not end it')
      return resource
    },
    cancel,
    settle: async () => {
      await cancel()
      try {
        const progress = await probe(AbortSignal.timeout(cancelMs))
        return 'resource' in progress ? progress.resource : 'unknown'
      } catch (error) {
        return isGone(error) ? 'nothing' : 'unknown'
      }
    },
  }
}

/** True for the answer to whoever asks for an upload that was cancelled, or never was. */
function isGone(error: unknown): boolean {
  const cause =
    error instanceof HoldfastError && error.code !== 'STORAGE_BUCKET_MISSING' ? error.cause : undefined
  return cause instanceof Refusal && [404, 410, cancelledStatus].includes(cause.status)
}

function lost(location: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError('STORAGE_FAILED', `the upload of ${location} can not go on: ${why}`, {
    hint: 'Nothing was kept. Run again.',
    cause,
  })
}
