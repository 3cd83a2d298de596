import { Readable } from 'node:stream'
import type { ObjectInfo, Storage } from '@holdfast/plugin'
import { type MemoryStorage, memoryStorage } from '../../memory-storage.ts'
import type { StorageCapabilities, StorageUnderTest } from '../case.ts'

/** A storage with one fault, or none. */
export interface Animal {
  name: string
  /** The case that has to notice; absent for the honest ones. */
  caughtBy?: string
  subject: () => StorageUnderTest
  capabilities?: StorageCapabilities
}

/** An honest storage of which something is replaced. */
export function faulty(
  caughtBy: string,
  name: string,
  change: (honest: MemoryStorage) => Partial<Storage>,
  rest: Omit<StorageUnderTest, 'storage'> & { capabilities?: StorageCapabilities } = {},
): Animal {
  const { capabilities, ...hooks } = rest
  const subject = (): StorageUnderTest => {
    const honest = memoryStorage()
    return { storage: { ...honest, ...change(honest) }, ...hooks }
  }
  return { name, caughtBy, subject, ...(capabilities && { capabilities }) }
}

/** Stores bytes without a question. */
export function store({ objects }: MemoryStorage, key: string, bytes: Buffer): ObjectInfo {
  const modifiedAt = new Date()
  objects.set(key, { bytes, modifiedAt })
  return { key, bytes: bytes.length, modifiedAt }
}

/** What came of a body, and whether it broke. */
export async function collect(body: Readable): Promise<{ bytes: Buffer; error?: Error }> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk)
    return { bytes: Buffer.concat(chunks) }
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error: error as Error }
  }
}

export function streamOf(bytes: Buffer): Readable {
  return Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false })
}

export async function listAll(honest: MemoryStorage): Promise<ObjectInfo[]> {
  const infos: ObjectInfo[] = []
  for await (const info of honest.list('', new AbortController().signal)) infos.push(info)
  return infos
}

/** A listing of which something is changed. */
export function listing(
  change: (infos: ObjectInfo[], prefix: string) => ObjectInfo[],
): (honest: MemoryStorage) => Partial<Storage> {
  return (honest) => ({
    async *list(prefix, signal) {
      signal.throwIfAborted()
      for (const info of change(await listAll(honest), prefix)) {
        yield info
        signal.throwIfAborted()
      }
    },
  })
}

/** A storage that knows every key by another name. */
export function renaming(rename: (key: string) => string): (honest: MemoryStorage) => Partial<Storage> {
  return (honest) => ({
    put: async (key, body, options) => ({ ...(await honest.put(rename(key), body, options)), key }),
    get: (key, options) => honest.get(rename(key), options),
    stat: async (key, signal) => {
      const info = await honest.stat(rename(key), signal)
      return info && { ...info, key }
    },
    remove: (key, signal) => honest.remove(rename(key), signal),
  })
}
