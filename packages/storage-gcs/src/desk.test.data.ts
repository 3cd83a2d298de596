import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type GcsDouble, type GcsDoubleOptions, startGcsDouble } from '@holdfast/lab'
import { hasCode, type HoldfastError, isHoldfastError, type PutOptions, type Storage } from '@holdfast/plugin'
import { onTestFinished } from 'vitest'
import gcs from './index.ts'

export const partBytes = 262_144
export const never: AbortSignal = new AbortController().signal

/** A double of the service and a storage that uses it. */
export interface Desk {
  double: GcsDouble
  storage: Storage
  /** Another storage for the same bucket. */
  storageWith: (options: object) => Storage
  put: (key: string, content: Buffer | string, options?: Partial<PutOptions>) => ReturnType<Storage['put']>
  get: (key: string) => Promise<Buffer>
  keys: (prefix?: string) => Promise<string[]>
}

/** Ends with the test that opened it. */
export async function openDesk(options: object = {}, doubleOptions: GcsDoubleOptions = {}): Promise<Desk> {
  const double = await startGcsDouble(doubleOptions)
  onTestFinished(() => double.close())
  const storageWith = (more: object): Storage => {
    const given = { bucket: double.bucket, apiEndpoint: double.endpoint, partBytes, ...options, ...more }
    return gcs.create(gcs.parseOptions(given), { name: 'gcs', job: 'shop', baseDirectory: '/' })
  }
  const storage = storageWith({})
  return {
    double,
    storage,
    storageWith,
    put: (key, content, putOptions) => storage.put(key, bodyOf(content), { signal: never, ...putOptions }),
    get: async (key) => buffer(await storage.get(key, { signal: never })),
    keys: async (prefix = '') => {
      const found: string[] = []
      for await (const { key } of storage.list(prefix, never)) found.push(key)
      return found
    },
  }
}

export function bodyOf(content: Buffer | string): Readable {
  const bytes = Buffer.from(content)
  const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
    bytes.subarray(index * 65_536, (index + 1) * 65_536),
  )
  return Readable.from(chunks, { objectMode: false })
}

/** More than two parts. */
export const large = (): Buffer => randomBytes(2 * partBytes + 100_000)

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The error of a call that has to fail in this way. */
export async function failing(call: Promise<unknown>, code: string): Promise<HoldfastError> {
  const [result] = await Promise.allSettled([call])
  if (result.status === 'fulfilled') throw new Error(`did not fail with ${code}`)
  if (hasCode(result.reason, code)) return result.reason
  const told = isHoldfastError(result.reason) ? result.reason.code : 'no code'
  throw new Error(`failed with ${told}, not with ${code}`, { cause: result.reason })
}
