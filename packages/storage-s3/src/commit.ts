import { setTimeout as sleep } from 'node:timers/promises'
import type { HeadObjectCommandOutput, S3 } from '@aws-sdk/client-s3'
import { type Checksum, type CreateOnly, hasCode, HoldfastError } from '@holdfast/plugin'
import { nameOf, statusIn } from './errors.ts'
import { look } from './look.ts'
import type { NewObject } from './new-object.ts'
import type { Commit, Store } from './store.ts'

/** How often a write that meets another one is sent, and how long it waits in between, in milliseconds. */
const mostTurns = 6
const conflictDelayMs = 100

/** An object that is being written. */
export interface Writing {
  fullKey: string
  location: string
  ifAbsent: boolean
  object: NewObject
  /** Heard until the request that makes the object is sent. */
  signal: AbortSignal
}

/** What is known of it once it is there. */
export interface Written {
  etag: string | undefined
  createOnly?: CreateOnly
  /** What was sent, where its checksum is known. */
  checksum?: Checksum | undefined
}

/**
 * Sends the request that makes the object, deaf to the signal: it can not be taken back. Where it fails, what is there
 * decides: an object with the mark of this write was stored, and only the answer was lost.
 */
export async function commit(
  store: Store,
  writing: Writing,
  operation: Commit,
  send: (s3: S3, condition: { IfNoneMatch?: '*' }) => Promise<{ ETag?: string | undefined }>,
  turn = 1,
): Promise<Written> {
  const { location, ifAbsent, signal } = writing
  const { mode, learnt } = { mode: store.options.createOnly, learnt: store.createOnly.get(operation) }
  const isAtomic = mode === 'atomic' || (mode === 'auto' && (store.service.isAws || learnt === 'honoured'))
  const asks = ifAbsent && mode !== 'checked' && learnt !== 'unknown'
  const createOnly = ifAbsent
    ? { createOnly: asks && isAtomic ? ('atomic' as const) : ('checked' as const) }
    : {}
  if (ifAbsent && !isAtomic && (await look(store, writing.fullKey, signal)) !== undefined)
    throw alreadyThere(location)
  signal.throwIfAborted()
  try {
    const { ETag: etag } = await store.connection.call({ operation, location }, undefined, (s3) =>
      send(s3, asks ? { IfNoneMatch: '*' } : {}),
    )
    if (etag === undefined) throw withoutETag(location)
    return { etag, ...createOnly }
  } catch (error) {
    if (asks && isUnknownToStore(error)) {
      store.createOnly.set(operation, 'unknown')
      return commit(store, writing, operation, send)
    }
    const found = await look(store, writing.fullKey).catch(() => undefined)
    if (isOurs(found, writing)) return { etag: found?.ETag, ...createOnly }
    if (hasCode(error, 'STORAGE_EXISTS')) {
      store.createOnly.set(operation, 'honoured')
      throw alreadyThere(location)
    }
    if (ifAbsent && found !== undefined) throw alreadyThere(location)
    if (!asks || !isConflict(error) || turn >= mostTurns) throw error
    // Another write of the same key is going on, and decides.
    await sleep(turn * conflictDelayMs)
    return commit(store, writing, operation, send, turn + 1)
  }
}

/** True for an object that this very write made. */
export function isOurs(found: HeadObjectCommandOutput | undefined, { object }: Writing): boolean {
  return found?.Metadata?.['holdfast-write'] === object.Metadata['holdfast-write']
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && nameOf(error.cause) === 'ConditionalRequestConflict'
}

// Some stores refuse a header that they do not know.
function isUnknownToStore(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return statusIn(cause) === 501 || nameOf(cause) === 'NotImplemented'
}

/** What a store says that answers 200 with an error in it. */
export function withoutETag(location: string): HoldfastError {
  return new HoldfastError(
    'STORAGE_FAILED',
    `the store answered that ${location} is stored, and its answer is not that of a store`,
    { hint: 'Look for a proxy in between, and check the endpoint.', retryable: true },
  )
}

function alreadyThere(location: string): HoldfastError {
  return new HoldfastError('STORAGE_EXISTS', `${location} is already there`, {
    hint: 'Nothing was overwritten. Another run of the same job in the same second is the usual cause.',
  })
}
