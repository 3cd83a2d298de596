import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type Checksum, type ObjectInfo, type Storage } from '@holdfast/plugin'
import { type MemoryStorage, memoryStorage } from '../../memory-storage.ts'
import { checksumOf } from '../checksums.ts'
import { type Animal, collect, faulty, store, streamOf } from './animal.test.data.ts'

const partBytes = 1024

/** Faults of what a storage says of itself. */
export const boasters: readonly Animal[] = [
  faulty('checksums', 'loses the last byte and repeats the checksum that it was told', (honest) => {
    const told = new Map<string, Checksum>()
    return {
      put: async (key, body) => {
        const { bytes } = await collect(body)
        const checksum = checksumOf('crc32c', bytes)
        told.set(key, checksum)
        return { ...store(honest, key, bytes.subarray(0, -1)), bytes: bytes.length, checksum }
      },
      stat: async (key, signal) => withChecksum(await honest.stat(key, signal), told.get(key)),
    }
  }),
  faulty('checksums', 'gives the checksum of the parts for that of the whole', (honest) =>
    attesting(honest, (bytes) => {
      if (bytes.length <= partBytes) return checksumOf('sha256', bytes)
      const parts: Buffer[] = []
      for (let at = 0; at < bytes.length; at += partBytes) {
        parts.push(Buffer.from(checksumOf('sha256', bytes.subarray(at, at + partBytes)).value, 'hex'))
      }
      return checksumOf('sha256', Buffer.concat(parts))
    }),
  ),
  faulty('checksums', 'gives a checksum in Base64', (honest) =>
    attesting(honest, (bytes) => {
      const { algorithm, value } = checksumOf('crc32', bytes)
      return { algorithm, value: Buffer.from(value, 'hex').toString('base64') }
    }),
  ),
  faulty('checksums', 'gives one of an algorithm that nobody knows', (honest) =>
    attesting(honest, (bytes) => ({ ...checksumOf('crc32', bytes), algorithm: 'md5' as 'crc32' })),
  ),
  faulty('checksums', 'gives one algorithm in put and another one in stat', (honest) => ({
    ...attesting(honest, (bytes) => checksumOf('crc32c', bytes)),
    stat: async (key, signal) => {
      const bytes = honest.objects.get(key)?.bytes ?? Buffer.alloc(0)
      return withChecksum(await honest.stat(key, signal), checksumOf('sha256', bytes))
    },
  })),
  faulty('checksums', 'lists with the checksum of another object', (honest) => ({
    ...attesting(honest, (bytes) => checksumOf('crc32', bytes)),
    async *list(prefix, signal) {
      for await (const info of honest.list(prefix, signal))
        yield { ...info, checksum: checksumOf('crc32', Buffer.from('another')) }
    },
  })),
  faulty('checksums of what is there', 'keeps the checksum of the first object of a key', (honest) => {
    const first = new Map<string, Checksum>()
    return attesting(honest, (bytes, key) => {
      const checksum = first.get(key) ?? checksumOf('sha256', bytes)
      first.set(key, checksum)
      return checksum
    })
  }),
  faulty('checksums of what is there', 'takes over the checksum of a put that failed', (honest) => {
    const last = new Map<string, Checksum>()
    return {
      put: async (key, body, options) => {
        const { bytes } = await collect(body)
        const checksum = checksumOf('sha256', bytes)
        last.set(key, checksum)
        if (options.ifAbsent === true && honest.objects.has(key))
          throw new HoldfastError('STORAGE_EXISTS', `${key} is there`)
        if (options.bytes !== undefined && options.bytes !== bytes.length)
          throw new HoldfastError('STORAGE_LENGTH', `${bytes.length} bytes came`)
        return { ...store(honest, key, bytes), checksum }
      },
      stat: async (key, signal) => withChecksum(await honest.stat(key, signal), last.get(key)),
    }
  }),
  faulty('word on create only', 'looks first, writes then, and calls it atomic', (honest) => ({
    put: async (key, body, options) => {
      if (options.ifAbsent === true && honest.objects.has(key))
        throw new HoldfastError('STORAGE_EXISTS', `${key} is there`)
      await sleep(2)
      const info = await honest.put(key, body, { ...options, ifAbsent: false })
      return options.ifAbsent === true ? { ...info, createOnly: 'atomic' } : info
    },
  })),
  faulty(
    'word on create only',
    'calls its writes atomic, and those in parts are not',
    (honest) => ({
      put: async (key, body, options) => {
        const { bytes } = await collect(body)
        const info = await honest.put(key, streamOf(bytes), {
          ...options,
          ifAbsent: options.ifAbsent === true && bytes.length <= partBytes,
        })
        return options.ifAbsent === true ? { ...info, createOnly: 'atomic' } : info
      },
    }),
    { capabilities: { partBytes } },
  ),
  faulty('word on create only', 'does not say what its create-only writes are worth', (honest) => ({
    put: async (key, body, options) => {
      const { createOnly: _, ...info } = await honest.put(key, body, options)
      return info
    },
  })),
  faulty('word on create only', 'calls every write create-only', (honest) => ({
    put: async (key, body, options) => ({ ...(await honest.put(key, body, options)), createOnly: 'atomic' }),
  })),
]

/** Storages that compute a checksum of what they hold, one of each kind. */
export const attestors: readonly Animal[] = (['sha256', 'crc32', 'crc32c', 'crc64nvme'] as const).map(
  (checksum) => ({
    name: `computes ${checksum}`,
    subject: () => ({ storage: memoryStorage(undefined, { checksum }) }),
    capabilities: { inMemory: true },
  }),
)

function attesting(
  honest: MemoryStorage,
  compute: (bytes: Buffer, key: string) => Checksum,
): Pick<Storage, 'put' | 'stat'> {
  const of = (key: string): Checksum => compute(honest.objects.get(key)?.bytes ?? Buffer.alloc(0), key)
  return {
    put: async (key, body, options) => {
      const info = await honest.put(key, body, options)
      return { ...info, checksum: of(key) }
    },
    stat: async (key, signal) => withChecksum(await honest.stat(key, signal), of(key)),
  }
}

function withChecksum(info: ObjectInfo | undefined, checksum: Checksum | undefined): ObjectInfo | undefined {
  return info && { ...info, ...(checksum && { checksum }) }
}
