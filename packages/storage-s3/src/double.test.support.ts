import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type S3Double, type S3DoubleOptions, startS3Double } from '@holdfast/lab'
import {
  type HoldfastError,
  isHoldfastError,
  type PutOptions,
  type Storage,
  type StoredObject,
} from '@holdfast/plugin'
import { parseOptions, type S3Options } from './options.ts'
import { s3Storage } from './storage.ts'

/** Options for a store of the lab, as a configuration would have them. */
export function optionsFor(
  { bucket, endpoint, credentials: [own] }: S3Double,
  more: Record<string, unknown> = {},
): S3Options {
  const { accessKeyId, secretAccessKey, sessionToken } = own ?? { accessKeyId: '', secretAccessKey: '' }
  return parseOptions({
    bucket,
    endpoint,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    ...more,
  })
}

/** Leaves an upload as a process does that is killed in the middle of it. */
export function strand(store: S3Double, fullKey: string, initiatedAt: Date = new Date()): void {
  store.uploads.set(randomBytes(16).toString('hex'), {
    bucket: store.bucket,
    key: fullKey,
    initiatedAt,
    properties: {},
    parts: new Map(),
    checksumAlgorithm: undefined,
    checksumType: undefined,
  })
}

const stops: (() => Promise<unknown>)[] = []

/** Closes what the tests of this file have started; for afterEach. */
export async function closeAll(): Promise<void> {
  await Promise.all(stops.splice(0).map((stop) => stop()))
}

export interface Bench extends StoreCalls {
  store: S3Double
  storage: Storage
}

interface StoreCalls {
  put: (key: string, content: Buffer | string, more?: Partial<PutOptions>) => Promise<StoredObject>
  read: (key: string, range?: { start: number; end: number }) => Promise<Buffer>
  keys: (prefix?: string) => Promise<string[]>
  /** How many requests of this kind came so far. */
  count: (operation: string) => number
}

/** The size of a part in these tests, far below that of S3. */
export const partBytes = 65_536

/** A storage on a store of its own, with parts of 64 KiB. */
export async function bench(
  options: Record<string, unknown> = {},
  { store: given, ...double }: S3DoubleOptions & { store?: S3Double } = {},
): Promise<Bench> {
  const store = given ?? (await startS3Double({ leastPartBytes: partBytes, ...double }))
  if (given === undefined) stops.push(() => store.close())
  const storage = s3Storage({ ...optionsFor(store, options), partBytes }, { job: 'shop', environment: {} })
  return { store, storage, ...callsOf(storage, store) }
}

export function callsOf(storage: Storage, store: S3Double): StoreCalls {
  const signal = new AbortController().signal
  return {
    put: (key, content, more) =>
      storage.put(key, Readable.from([Buffer.from(content)], { objectMode: false }), { signal, ...more }),
    read: async (key, range) =>
      buffer(await storage.get(key, { signal, ...(range !== undefined && { range }) })),
    keys: async (prefix = '') => {
      const found: string[] = []
      for await (const { key } of storage.list(prefix, signal)) found.push(key)
      return found
    },
    count: (operation) => store.requests.filter((request) => request.operation === operation).length,
  }
}

/** Bytes in which a shift or a cut shows. */
export function patterned(length: number, seed = 1): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4))
  words.forEach((_, index) => (words[index] = Math.imul(index + seed, 2_654_435_761)))
  return Buffer.from(words.buffer, 0, length)
}

/** The error of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<HoldfastError> {
  const [result] = await Promise.allSettled([call])
  if (result.status === 'fulfilled') throw new Error('it did not fail')
  if (!isHoldfastError(result.reason)) throw result.reason
  return result.reason
}
