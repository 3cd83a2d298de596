import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type PutOptions } from '@holdfast/plugin'
import { type Animal, collect, faulty, store } from './animal.test.data.ts'

const partBytes = 1024

/** Faults of put that the bytes show. */
export const writers: readonly Animal[] = [
  faulty('put and get', 'loses the last byte', (honest) => ({
    put: async (key, body) => {
      const { bytes } = await collect(body)
      return { ...store(honest, key, bytes.subarray(0, -1)), bytes: bytes.length }
    },
  })),
  faulty('agreement', 'reports the wrong length', (honest) => ({
    put: async (key, body, options) => {
      const info = await honest.put(key, body, options)
      return { ...info, bytes: info.bytes + 1 }
    },
  })),
  faulty('overwrite', 'writes over the old bytes and leaves their end', (honest) => ({
    put: async (key, body, options) => {
      const before = honest.objects.get(key)?.bytes ?? Buffer.alloc(0)
      const info = await honest.put(key, body, options)
      const written = honest.objects.get(key)?.bytes ?? before
      store(honest, key, Buffer.concat([written, before.subarray(written.length)]))
      return info
    },
  })),
  faulty('read after write', 'resolves before the object is stored', (honest) => ({
    put: async (key, body) => {
      const { bytes } = await collect(body)
      setTimeout(() => store(honest, key, bytes), 20)
      return { key, bytes: bytes.length, modifiedAt: new Date() }
    },
  })),
  faulty('zero bytes', 'stores no empty object', (honest) => ({
    put: async (key, body, options) => {
      const info = await honest.put(key, body, options)
      if (info.bytes === 0) honest.objects.delete(key)
      return info
    },
  })),
  faulty(
    'part boundaries',
    'drops a last part that is full',
    (honest) => ({
      put: async (key, body, options) => {
        const { bytes } = await collect(body)
        const whole = options.bytes === undefined && bytes.length === 2 * partBytes
        return { ...store(honest, key, whole ? bytes.subarray(0, partBytes) : bytes), bytes: bytes.length }
      },
    }),
    { capabilities: { partBytes } },
  ),
  faulty(
    'known lengths',
    'puts parts together in the order in which they arrive',
    (honest) => ({
      put: async (key, body, options) => {
        const { bytes } = await collect(body)
        const isSplit = options.bytes !== undefined && bytes.length > partBytes
        const swapped = Buffer.concat([bytes.subarray(partBytes), bytes.subarray(0, partBytes)])
        return store(honest, key, isSplit ? swapped : bytes)
      },
    }),
    { capabilities: { partBytes } },
  ),
  faulty('estimates', 'takes the estimate for a limit', (honest) => ({
    put: async (key, body, { estimatedBytes }) => {
      const { bytes } = await collect(body)
      return store(honest, key, bytes.subarray(0, estimatedBytes ?? bytes.length))
    },
  })),
  faulty('chunks', 'takes chunks of one byte for an end', (honest) => ({
    put: async (key, body, options) => {
      const { bytes } = await collect(
        body.once('data', (chunk: Buffer) => chunk.length === 1 && body.push(null)),
      )
      return options.bytes === 1 ? honest.put(key, body, options) : store(honest, key, bytes)
    },
  })),
  faulty('simultaneous writes', 'gives all writers of a key one temporary file', (honest) => {
    const temporary = new Map<string, Buffer>()
    return {
      put: async (key, body) => {
        temporary.set(key, Buffer.alloc(0))
        for await (const chunk of body as AsyncIterable<Buffer>) {
          temporary.set(key, Buffer.concat([temporary.get(key) ?? chunk, chunk]))
        }
        return store(honest, key, temporary.get(key) ?? Buffer.alloc(0))
      },
    }
  }),
  faulty('create only', 'ignores create-only', (honest) => ({
    put: (key, body, { signal, bytes }) =>
      honest.put(key, body, { signal, ...(bytes !== undefined && { bytes }) }),
  })),
  faulty(
    'create only',
    'ignores create-only when it writes in parts',
    (honest) => ({
      put: async (key, body, options) => {
        const { bytes } = await collect(body)
        const exists = options.ifAbsent === true && bytes.length <= partBytes && honest.objects.has(key)
        if (exists) throw new HoldfastError('STORAGE_EXISTS', `${key} is there`)
        return store(honest, key, bytes)
      },
    }),
    { capabilities: { partBytes } },
  ),
  faulty('create-only race', 'looks first and writes then', (honest) => ({
    put: async (key, body, options) => {
      const exists = options.ifAbsent === true && honest.objects.has(key)
      await sleep(2)
      if (exists) throw new HoldfastError('STORAGE_EXISTS', `${key} is there`)
      return honest.put(key, body, without(options))
    },
  })),
  faulty('parallel puts', 'keeps an index that two writers overwrite', (honest) => {
    let index: string[] = []
    return {
      put: async (key, body, options) => {
        const read = index
        const info = await honest.put(key, body, options)
        index = [...read, key]
        return info
      },
      async *list(prefix, signal) {
        for await (const info of honest.list(prefix, signal)) if (index.includes(info.key)) yield info
      },
    }
  }),
]

function without({ signal, bytes }: PutOptions): PutOptions {
  return { signal, ...(bytes !== undefined && { bytes }) }
}
