import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { HoldfastError, type ObjectInfo, type Storage } from '@holdfast/plugin'

/** An honest storage in memory, whose objects a test can look at, damage and date. */
export interface MemoryStorage extends Storage {
  readonly objects: Map<string, { bytes: Buffer; modifiedAt: Date }>
}

export function memoryStorage(now: () => Date = () => new Date()): MemoryStorage {
  const objects: MemoryStorage['objects'] = new Map()
  const info = (key: string): ObjectInfo | undefined => {
    const object = objects.get(key)
    return object && { key, bytes: object.bytes.length, modifiedAt: object.modifiedAt }
  }
  return {
    objects,
    check: async () => ({}),
    put: async (key, body, { signal, ifAbsent, bytes: expected }) => {
      const bytes = await buffer(signal.aborted ? Readable.from([]) : body)
      signal.throwIfAborted()
      if (expected !== undefined && expected !== bytes.length) {
        throw new HoldfastError('STORAGE_LENGTH', `${key}: ${bytes.length} bytes came, not ${expected}`)
      }
      if (ifAbsent === true && objects.has(key))
        throw new HoldfastError('STORAGE_EXISTS', `${key} is already there`)
      objects.set(key, { bytes, modifiedAt: now() })
      return { key, bytes: bytes.length, modifiedAt: now() }
    },
    get: async (key, { range }) => {
      const object = objects.get(key)
      if (object === undefined) throw new HoldfastError('STORAGE_NOT_FOUND', `there is no ${key}`)
      const { bytes } = object
      return Readable.from([range === undefined ? bytes : bytes.subarray(range.start, range.end + 1)], {
        objectMode: false,
      })
    },
    stat: async (key) => info(key),
    list: async function* (prefix, signal) {
      for (const key of objects.keys()) {
        signal.throwIfAborted()
        const found = key.startsWith(prefix) ? info(key) : undefined
        if (found !== undefined) yield found
      }
    },
    remove: async (key) => {
      objects.delete(key)
    },
    location: (key) => `memory:/${key}`,
  }
}
