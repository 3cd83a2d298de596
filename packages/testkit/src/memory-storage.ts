import { addAbortSignal, Readable } from 'node:stream'
import {
  type Checksum,
  type GetOptions,
  HoldfastError,
  type ObjectInfo,
  type PutOptions,
  type Storage,
} from '@holdfast/plugin'
import { checksumOf } from './storage/checksums.ts'

export interface MemoryStorageOptions {
  /** Gives this checksum of the bytes that it holds at the moment. None unless set. */
  checksum?: Checksum['algorithm']
}

/** An honest storage in memory, whose objects a test can look at, damage and date. */
export interface MemoryStorage extends Storage {
  readonly objects: Map<string, { bytes: Buffer; modifiedAt: Date }>
}

const readBytes = 65_536

export function memoryStorage(
  now: () => Date = () => new Date(),
  { checksum: algorithm }: MemoryStorageOptions = {},
): MemoryStorage {
  const objects: MemoryStorage['objects'] = new Map()
  const info = (key: string): ObjectInfo | undefined => {
    const object = objects.get(key)
    return (
      object && {
        key,
        bytes: object.bytes.length,
        modifiedAt: object.modifiedAt,
        ...(algorithm !== undefined && { checksum: checksumOf(algorithm, object.bytes) }),
      }
    )
  }
  return {
    objects,
    check: async (signal) => {
      signal.throwIfAborted()
      return {}
    },
    put: async (key, body, options) => {
      const { ifAbsent = false } = options
      const bytes = await collect(key, body, options)
      if (ifAbsent && objects.has(key)) {
        throw new HoldfastError('STORAGE_EXISTS', `${key} is already there`)
      }
      const modifiedAt = now()
      objects.set(key, { bytes, modifiedAt })
      return {
        ...(info(key) ?? { key, bytes: bytes.length, modifiedAt }),
        ...(ifAbsent && { createOnly: 'atomic' as const }),
      }
    },
    get: async (key, options) => {
      options.signal.throwIfAborted()
      const object = objects.get(key)
      if (object === undefined) throw new HoldfastError('STORAGE_NOT_FOUND', `there is no ${key}`)
      return streamOf(key, object.bytes, options)
    },
    stat: async (key, signal) => {
      signal.throwIfAborted()
      return info(key)
    },
    list: async function* (prefix, signal) {
      signal.throwIfAborted()
      for (const key of objects.keys()) {
        const found = key.startsWith(prefix) ? info(key) : undefined
        if (found === undefined) continue
        yield found
        signal.throwIfAborted()
      }
    },
    remove: async (key, signal) => {
      signal.throwIfAborted()
      objects.delete(key)
    },
    location: (key) => `memory:/${key}`,
  }
}

async function collect(
  key: string,
  body: Readable,
  { signal, bytes: expected }: PutOptions,
): Promise<Buffer> {
  // An error before the body is read would have nobody to hear it.
  body.on('error', () => {})
  try {
    signal.throwIfAborted()
    addAbortSignal(signal, body)
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer | string>)
      chunks.push(Buffer.from(chunk as Buffer))
    signal.throwIfAborted()
    const bytes = Buffer.concat(chunks)
    if (expected !== undefined && expected !== bytes.length) {
      throw new HoldfastError('STORAGE_LENGTH', `${key}: ${bytes.length} bytes came, not ${expected}`)
    }
    return bytes
  } catch (error) {
    body.destroy()
    throw signal.aborted ? signal.reason : error
  }
}

function streamOf(key: string, bytes: Buffer, { signal, range }: GetOptions): Readable {
  const { start, end } = range ?? { start: 0, end: bytes.length - 1 }
  const isInside =
    Number.isSafeInteger(start) &&
    Number.isSafeInteger(end) &&
    start >= 0 &&
    start <= end &&
    end < bytes.length
  if (range !== undefined && !isInside) {
    throw new HoldfastError(
      'STORAGE_RANGE',
      `bytes ${start} to ${end} of ${key} were asked for; it has ${bytes.length}`,
    )
  }
  let at = start
  const stream = new Readable({
    highWaterMark: readBytes,
    read() {
      const chunk = bytes.subarray(at, Math.min(at + readBytes, end + 1))
      at += chunk.length
      this.push(chunk.length === 0 ? null : chunk)
    },
  })
  return addAbortSignal(signal, stream)
}
