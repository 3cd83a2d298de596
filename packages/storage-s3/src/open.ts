import type { Readable } from 'node:stream'
import { hasCode, HoldfastError } from '@holdfast/plugin'
import type { Target } from './errors.ts'
import type { Store } from './store.ts'

export interface Wanted {
  fullKey: string
  location: string
  /** Bytes from the first up to and including the last; all of them where it is left out. */
  range?: { start: number; end: number } | undefined
  /** Only of the version that has this ETag. */
  etag?: string | undefined
}

/** An object that is being read. */
export interface Opened {
  body: Readable
  /** The first byte that comes, and the last; the last is -1 for an empty object. */
  start: number
  end: number
  etag: string | undefined
}

/** Asks for an object, or a range of it. Fails before any byte where it is not there, or has no such range. */
export async function open(
  { connection, place }: Store,
  { fullKey, location, range, etag }: Wanted,
  signal: AbortSignal,
): Promise<Opened> {
  const target: Target = { operation: 'GetObject', location }
  const answer = await connection
    .call(target, signal, (s3) =>
      s3.getObject(
        {
          Bucket: place.bucket,
          Key: fullKey,
          ...(range !== undefined && { Range: `bytes=${range.start}-${range.end}` }),
          ...(etag !== undefined && { IfMatch: etag }),
        },
        { abortSignal: signal },
      ),
    )
    .catch((error: unknown) => {
      if (!hasCode(error, 'STORAGE_EXISTS')) throw error
      throw new HoldfastError('STORAGE_FAILED', `${location} was replaced while it was read`, {
        cause: error.cause,
      })
    })
  const body = answer.Body as Readable | undefined
  if (body === undefined) throw new HoldfastError('STORAGE_FAILED', `the store gave no body for ${location}`)
  try {
    return { body, etag: answer.ETag, ...givenRange(answer, range, location) }
  } catch (error) {
    body.on('error', () => {}).destroy()
    throw error
  }
}

function givenRange(
  { ContentLength, ContentRange }: { ContentLength?: number | undefined; ContentRange?: string | undefined },
  asked: Wanted['range'],
  location: string,
): { start: number; end: number } {
  if (asked === undefined) {
    if (ContentLength !== undefined) return { start: 0, end: ContentLength - 1 }
    throw new HoldfastError('STORAGE_PROMISE_BROKEN', `the store does not say how long ${location} is`)
  }
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(ContentRange ?? '')?.map(Number) ?? []
  if (total !== undefined && asked.end >= total) throw outside(asked, location, `it has ${total}`)
  if (start !== asked.start || end !== asked.end) {
    throw new HoldfastError(
      'STORAGE_PROMISE_BROKEN',
      `bytes ${asked.start} to ${asked.end} of ${location} were asked for, and the store gave ${ContentRange ?? 'all of it'}`,
    )
  }
  return asked
}

/** Refuses what is no range at all. */
export function requireRange({ start, end }: { start: number; end: number }, location: string): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end) return
  throw outside({ start, end }, location, 'that is no range')
}

function outside(
  { start, end }: { start: number; end: number },
  location: string,
  why: string,
): HoldfastError {
  return new HoldfastError('STORAGE_RANGE', `bytes ${start} to ${end} of ${location} were asked for; ${why}`)
}
