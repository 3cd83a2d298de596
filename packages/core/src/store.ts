import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  HoldfastError,
  isHoldfastError,
  type Compression,
  type StageName,
  type StoredObject,
} from '@holdfast/plugin'
import type { StorageWord } from './copy-facts.ts'
import type { JobStorage } from './job.ts'
import { encryptAge } from './transform/age/encrypt.ts'
import type { AgeHeader } from './transform/age/header.ts'
import { encode } from './transform/encode.ts'

/** What was stored, and where. */
export interface Stored {
  key: string
  bytes: number
  rawBytes: number
  sha256: string
  /** Storages that have the object, durably. */
  storages: JobStorage[]
  /** What each of them said of it. */
  words: StorageWord[]
  /** Storages that do not, and why. The primary is never among them: its failure fails the call. */
  failed: { storage: JobStorage; error: HoldfastError }[]
}

/** How much a slower storage may lag behind the fastest, in bytes. */
const branchBytes = 8 << 20

interface Branch {
  storage: JobStorage
  stream: PassThrough
  done: Promise<void>
  said?: StoredObject
  error?: HoldfastError
}

/**
 * Streams a source through compression, and encryption where there is a header for it, to every storage at once, under
 * one key. The slowest storage sets the pace, so memory stays bounded; one that fails is dropped, and so is one that
 * takes nothing any more (see `patient`). Resolves once every storage has the object durably or has
 * been dropped; if the source, the compression or the primary fails, nothing is stored anywhere.
 */
export async function storeEverywhere(
  source: Readable,
  key: string,
  options: {
    storages: readonly JobStorage[]
    compression: Compression
    header?: AgeHeader | undefined
    estimatedBytes?: number
    onBytes?: (bytes: { rawBytes: number; storedBytes: number }) => void
    signal: AbortSignal
  },
): Promise<Stored> {
  const { storages, header, signal, onBytes } = options
  const hash = createHash('sha256')
  let storedBytes = 0
  const encoder = encode(options.compression)
  const branches = storages.map((storage) => openBranch(storage, key, options))
  const [primary] = branches

  let sourceError: Error | undefined
  source.once('error', (error) => {
    sourceError = error
  })
  try {
    await pipeline(
      source,
      encoder,
      async (encoded: AsyncIterable<Buffer>) => {
        for await (const chunk of header === undefined ? encoded : encryptAge(header, encoded)) {
          hash.update(chunk)
          storedBytes += chunk.length
          onBytes?.({ rawBytes: encoder.rawBytes(), storedBytes })
          // What several storages are given can not be freed by one of them.
          const given = branches.length === 1 ? chunk : chunk.subarray()
          await Promise.all(branches.map((branch) => writeTo(branch, given, signal)))
          if (primary?.error !== undefined) throw primary.error
        }
      },
      { signal },
    )
    for (const branch of branches) branch.stream.end()
    await Promise.all(branches.map((branch) => branch.done))
    if (primary?.error !== undefined) throw primary.error
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error))
    for (const branch of branches) branch.stream.destroy(reason)
    await Promise.all(branches.map((branch) => branch.done))
    if (signal.aborted) throw signal.reason
    throw isHoldfastError(error) && error.stage === 'store'
      ? error
      : at(error === sourceError ? 'dump' : 'transform', reason)
  }
  return {
    key,
    bytes: storedBytes,
    rawBytes: encoder.rawBytes(),
    sha256: hash.digest('hex'),
    storages: branches.filter((branch) => branch.error === undefined).map((branch) => branch.storage),
    words: branches.flatMap(({ storage, said }) => (said === undefined ? [] : [{ storage, said }])),
    failed: branches.flatMap(({ storage, error }) => (error === undefined ? [] : [{ storage, error }])),
  }
}

function openBranch(
  storage: JobStorage,
  key: string,
  { signal, estimatedBytes }: { signal: AbortSignal; estimatedBytes?: number },
): Branch {
  const stream = new PassThrough({ highWaterMark: branchBytes })
  stream.on('error', () => {})
  const put = storage.instance.put(key, stream, {
    signal,
    ifAbsent: true,
    ...(estimatedBytes !== undefined && { estimatedBytes }),
  })
  const branch: Branch = { storage, stream, done: Promise.resolve() }
  branch.done = put.then(
    (said) => {
      branch.said = said
    },
    (error: unknown) => {
      const reason = error instanceof Error ? error : new Error(String(error))
      branch.error = at('store', reason, storage.name)
      stream.destroy()
    },
  )
  return branch
}

/** Resolves when the branch can take more, or is not taking anything any more. */
async function writeTo(branch: Branch, chunk: Buffer, signal: AbortSignal): Promise<void> {
  if (branch.error !== undefined || branch.stream.destroyed || branch.stream.write(chunk)) return
  await Promise.race([once(branch.stream, 'drain', { signal }).catch(() => {}), branch.done])
}

function at(stage: StageName, error: Error, plugin?: string): HoldfastError {
  const known = isHoldfastError(error)
    ? error
    : new HoldfastError(stage === 'store' ? 'STORAGE_FAILED' : 'INTERNAL', error.message, { cause: error })
  return known.within({ stage, plugin })
}
