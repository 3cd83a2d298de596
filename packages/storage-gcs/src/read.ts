import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { type GetOptions, HoldfastError, isHoldfastError, type ObjectInfo } from '@holdfast/plugin'
import { mayHelp, pause } from './attempts.ts'
import { runningChecksum } from './checksum.ts'
import { broken, failure } from './errors.ts'
import { infoFields, infoOf, resourceIn } from './resource.ts'
import { Silence } from './send.ts'
import { objectUrl, type Store } from './store.ts'

const readAheadBytes = 1 << 20

/** Resolves undefined when there is no such object. */
export async function statObject(
  store: Store,
  key: string,
  signal: AbortSignal,
): Promise<ObjectInfo | undefined> {
  const name = store.keys.nameOf(key)
  const location = store.locationOf(name)
  try {
    const { json } = await store.connection.askAgain(
      { operation: 'look at', location, method: 'GET', url: objectUrl(store, name, { fields: infoFields }) },
      signal,
    )
    return infoOf(key, resourceIn(json, location))
  } catch (error) {
    if (isHoldfastError(error) && error.code === 'STORAGE_NOT_FOUND') return undefined
    throw error
  }
}

interface Download {
  response: IncomingMessage
  chunks: AsyncIterator<Buffer>
  generation: string | undefined
  /** The last byte that was asked for, or that there is. */
  end: number
  /** Of the whole object, in base64. */
  crc32c: string | undefined
}

/** A stream of the object, which goes on where a connection broke, and ends well only when it has come whole. */
export async function getObject(store: Store, key: string, { signal, range }: GetOptions): Promise<Readable> {
  const name = store.keys.nameOf(key)
  const location = store.locationOf(name)
  if (range !== undefined) refuseNoRange(location, range)
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const target = { store, name, location, signal: either }
  let download = await openDownload(target, range?.start ?? 0, range?.end)
  const { generation, end, crc32c } = download
  const checksum = range === undefined && crc32c !== undefined ? runningChecksum() : undefined
  let at = range?.start ?? 0
  let failed = 0

  /** The next bytes, or null behind the last one. */
  async function next(): Promise<Buffer | null> {
    for (;;) {
      try {
        // Nothing that happens behind the last byte matters any more.
        if (at > end) return whole()
        const chunk = await chunkOf(download, store.options.requestTimeoutMs)
        if (chunk !== undefined) {
          at += chunk.length
          failed = 0
          checksum?.update(chunk)
          return chunk
        }
        throw tooShort(location, at, end)
      } catch (error) {
        either.throwIfAborted()
        const told = failure({ operation: 'read', location }, error, store)
        failed++
        if (failed >= store.options.maxAttempts || !mayHelp(told)) throw told
        await pause(failed, told, either)
        download.response.destroy()
        download = await openDownload(target, at, end, generation)
      }
    }
  }

  function whole(): null {
    download.response.resume()
    if (checksum === undefined || checksum.inBase64() === crc32c) return null
    throw broken(
      'STORAGE_CHECKSUM',
      `${location}: other bytes came than the service says that it has: CRC-32C ${checksum.inBase64()}, not ${crc32c}`,
      'Read it again; if it happens again, this copy is damaged.',
    )
  }

  return new Readable({
    signal,
    highWaterMark: readAheadBytes,
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(error as Error),
      )
    },
    destroy(error, callback) {
      stop.abort()
      download.response.destroy()
      callback(error)
    },
  })
}

async function openDownload(
  { store, name, location, signal }: { store: Store; name: string; location: string; signal: AbortSignal },
  start: number,
  wantedEnd?: number,
  generation?: string,
): Promise<Download> {
  const isPart = start > 0 || wantedEnd !== undefined
  const response = await store.connection.open(
    {
      operation: 'read',
      location,
      method: 'GET',
      url: objectUrl(store, name, { alt: 'media', generation }),
      headers: {
        // As it is stored, also where somebody said that it is compressed.
        'accept-encoding': 'gzip',
        ...(isPart && { range: `bytes=${start}-${wantedEnd ?? ''}` }),
      },
    },
    signal,
  )
  response.on('error', () => {})
  // Whoever reads slowly is not the service's fault: silence is measured where bytes are waited for.
  response.socket.setTimeout(0)
  const { headers, statusCode } = response
  const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? []
  const end = isPart ? Number(to) : Number(headers['content-length']) - 1
  const problem = (): HoldfastError | undefined => {
    if (isPart && statusCode === 206 && Number(from) === start) {
      if (wantedEnd === undefined || end === wantedEnd) return undefined
      return outside(location, start, wantedEnd, `it has ${total}`)
    }
    if (!isPart && statusCode === 200 && Number.isSafeInteger(end)) return undefined
    return broken(
      'STORAGE_FAILED',
      `the answer about ${location} is not that of Cloud Storage (HTTP ${statusCode})`,
      'Look for a proxy in between, and check apiEndpoint.',
    )
  }
  const error = problem()
  if (error !== undefined) {
    response.destroy()
    throw error
  }
  const stored = headers['x-goog-hash']?.toString()
  return {
    response,
    chunks: (response as AsyncIterable<Buffer>)[Symbol.asyncIterator](),
    generation: headers['x-goog-generation']?.toString(),
    end,
    crc32c: /crc32c=([^,]+)/.exec(stored ?? '')?.[1],
  }
}

async function chunkOf({ chunks, response }: Download, silenceMs: number): Promise<Buffer | undefined> {
  const timer = setTimeout(() => response.destroy(new Silence(silenceMs)), silenceMs)
  try {
    const next = await chunks.next()
    return next.done === true ? undefined : next.value
  } finally {
    clearTimeout(timer)
  }
}

function refuseNoRange(location: string, { start, end }: { start: number; end: number }): void {
  const areWhole = Number.isSafeInteger(start) && Number.isSafeInteger(end)
  if (!areWhole || start < 0 || start > end) throw outside(location, start, end, 'that is no range')
}

function outside(location: string, start: number, end: number, why: string): HoldfastError {
  return new HoldfastError('STORAGE_RANGE', `bytes ${start} to ${end} of ${location} were asked for; ${why}`)
}

function tooShort(location: string, at: number, end: number): HoldfastError {
  return new HoldfastError('STORAGE_LENGTH', `${location} ended before byte ${at}, and ${end} is its last`, {
    retryable: true,
  })
}
