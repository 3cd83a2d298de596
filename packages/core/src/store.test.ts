import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type Storage } from '@holdfast/plugin'
import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import { describe, expect, it } from 'vitest'
import { copyFacts } from './copy-facts.ts'
import type { JobStorage } from './job.ts'
import { storeEverywhere } from './store.ts'
import { patient } from './wrap/patience.ts'

const { signal } = new AbortController()
const limitMs = 400
const content = randomBytes(24 << 20)

function source(): Readable {
  const chunks = Array.from({ length: 96 }, (_, at) => content.subarray(at << 18, (at + 1) << 18))
  return Readable.from(chunks, { objectMode: false })
}

type Put = (honest: MemoryStorage) => Storage['put']

/** Reads on after so many bytes as it is told to. */
function after(bytes: number, then: () => Promise<unknown>): Put {
  return (honest) => async (key, body, options) => {
    async function* passed(): AsyncGenerator<Buffer> {
      let seen = 0
      for await (const chunk of body as AsyncIterable<Buffer>) {
        if (seen < bytes && seen + chunk.length >= bytes) await then()
        seen += chunk.length
        yield chunk
      }
      if (bytes === Infinity) await then()
    }
    return honest.put(key, Readable.from(passed(), { objectMode: false }), options)
  }
}

const full = (): Promise<never> => Promise.reject(new HoldfastError('STORAGE_FULL', 'no room'))
const never = (): Promise<never> => new Promise(() => {})

function storageWith(name: string, put?: Put): { honest: MemoryStorage; storage: JobStorage } {
  const honest = memoryStorage()
  const plugin = { ...honest, ...(put !== undefined && { put: put(honest) }) }
  return { honest, storage: { name, plugin: 'memory', instance: patient(plugin, { limitMs }) } }
}

const store = (...storages: JobStorage[]) =>
  storeEverywhere(source(), 'dump', { storages, compression: { algorithm: 'none' }, signal })

const bad: [string, Put, string][] = [
  ['fails at once', () => full, 'STORAGE_FULL'],
  ['fails at the first byte', after(1, full), 'STORAGE_FULL'],
  ['fails in the middle', after(12 << 20, full), 'STORAGE_FULL'],
  ['fails at the last byte', after(24 << 20, full), 'STORAGE_FULL'],
  ['fails after the end', after(Infinity, full), 'STORAGE_FULL'],
  ['takes nothing', () => never, 'STORAGE_TIMEOUT'],
  ['takes nothing more in the middle', after(12 << 20, never), 'STORAGE_TIMEOUT'],
  ['never says that it is done', after(Infinity, never), 'STORAGE_TIMEOUT'],
]

describe.each(bad)('a storage that %s', (_, put, code) => {
  it('is dropped where it is not the primary, and the others are whole', async () => {
    const [near, far, last] = [storageWith('near'), storageWith('far', put), storageWith('last')]
    const stored = await store(near.storage, far.storage, last.storage)
    expect(stored.storages.map(({ name }) => name)).toEqual(['near', 'last'])
    expect(stored.failed).toMatchObject([{ storage: { name: 'far' }, error: { code, stage: 'store' } }])
    for (const { honest } of [near, last]) {
      expect(honest.objects.get('dump')?.bytes.equals(content)).toBe(true)
    }
    expect(far.honest.objects.size).toBe(0)
  })

  it('fails everything where it is the primary', async () => {
    const [near, far] = [storageWith('near', put), storageWith('far')]
    await expect(store(near.storage, far.storage)).rejects.toMatchObject({ code, plugin: 'near' })
    expect(near.honest.objects.size).toBe(0)
  })
})

it('waits for the slowest, which loses nothing', async () => {
  const slow: Put = (honest) => async (key, body, options) => {
    async function* passed(): AsyncGenerator<Buffer> {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        await sleep(10)
        yield chunk
      }
    }
    return honest.put(key, Readable.from(passed(), { objectMode: false }), options)
  }
  const [near, far] = [storageWith('near'), storageWith('far', slow)]
  const stored = await store(near.storage, far.storage)
  expect(stored.failed).toEqual([])
  expect(far.honest.objects.get('dump')?.bytes.equals(content)).toBe(true)
})

it('keeps what each storage said for the manifest', async () => {
  const near = storageWith('near')
  const far: JobStorage = {
    name: 'far',
    plugin: 'memory',
    instance: memoryStorage(undefined, { checksum: 'sha256' }),
  }
  const { storages, words, sha256 } = await store(near.storage, far)
  expect(copyFacts(storages, words)).toEqual([
    { storage: 'near', plugin: 'memory', createOnly: 'atomic', checksums: {} },
    {
      storage: 'far',
      plugin: 'memory',
      createOnly: 'atomic',
      checksums: { dump: { algorithm: 'sha256', value: sha256 } },
    },
  ])
})

it('takes the weakest word for what create-only writes are worth', () => {
  const { storage } = storageWith('near')
  const said = { key: 'a', bytes: 1, modifiedAt: new Date() }
  const factsOf = (...words: ('atomic' | 'checked' | undefined)[]) =>
    copyFacts(
      [storage],
      words.map((createOnly) => ({ storage, said: { ...said, ...(createOnly && { createOnly }) } })),
    )[0]?.createOnly
  expect(factsOf('atomic', 'checked')).toBe('checked')
  expect(factsOf('atomic', undefined)).toBeUndefined()
  expect(factsOf()).toBeUndefined()
})
