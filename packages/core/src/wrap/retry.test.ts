import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { memoryStorage } from '@holdfast/testkit'
import { HoldfastError, type Storage } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { retry, retryCall } from './retry.ts'

const { signal } = new AbortController()
const passing = (): HoldfastError =>
  new HoldfastError('STORAGE_UNAVAILABLE', 'no answer', { retryable: true })
const lasting = (): HoldfastError => new HoldfastError('STORAGE_PERMISSION', 'not allowed')

/** A storage whose every call fails so many times first. */
function failing(times: number, error: () => Error): { storage: Storage; calls: string[] } {
  const inner = memoryStorage()
  inner.objects.set('a', { bytes: Buffer.from('one'), modifiedAt: new Date(0) })
  const calls: string[] = []
  const attempt = (name: string): void => {
    calls.push(name)
    if (calls.length <= times) throw error()
  }
  const storage: Storage = {
    check: async (s) => (attempt('check'), inner.check(s)),
    put: async (key, body, options) => (attempt('put'), inner.put(key, body, options)),
    get: async (key, options) => (attempt('get'), inner.get(key, options)),
    stat: async (key, s) => (attempt('stat'), inner.stat(key, s)),
    async *list(prefix, s) {
      attempt('list')
      yield* inner.list(prefix, s)
    },
    remove: async (key, s) => (attempt('remove'), inner.remove(key, s)),
    location: (key) => inner.location(key),
    removeUnfinished: async () => (attempt('removeUnfinished'), 7),
  }
  return { storage, calls }
}

async function keysIn(storage: Storage, cancel: AbortSignal): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list('', cancel)) keys.push(key)
  return keys
}

const repeatable: [string, (storage: Storage) => Promise<unknown>, unknown][] = [
  ['check', (storage) => storage.check(signal), {}],
  ['get', async (storage) => text(await storage.get('a', { signal })), 'one'],
  ['stat', async (storage) => (await storage.stat('a', signal))?.bytes, 3],
  ['list', (storage) => keysIn(storage, signal), ['a']],
  ['remove', (storage) => storage.remove('a', signal), undefined],
  ['removeUnfinished', async (storage) => storage.removeUnfinished?.('', new Date(), signal), 7],
]

describe('retry', () => {
  const delays: number[] = []
  const options = { delay: async (ms: number) => void delays.push(ms), random: () => 0.5 }

  it.each(repeatable)('repeats %s, twice at most, waiting longer each time', async (name, call, result) => {
    delays.length = 0
    const twice = failing(2, passing)
    expect(await call(retry(twice.storage, options))).toEqual(result)
    expect(twice.calls).toEqual([name, name, name])
    expect(delays).toEqual([500, 1000])

    const always = failing(99, passing)
    await expect(call(retry(always.storage, options))).rejects.toThrow('no answer')
    expect(always.calls).toHaveLength(3)
  })

  it.each(repeatable)('does not repeat %s when the error will not pass', async (name, call) => {
    for (const error of [lasting, () => new Error('something else')]) {
      const { storage, calls } = failing(1, error)
      await expect(call(retry(storage, options))).rejects.toThrow(error().message)
      expect(calls).toEqual([name])
    }
  })

  it('never repeats a put, whose body is gone', async () => {
    const { storage, calls } = failing(1, passing)
    const body = Readable.from([Buffer.from('x')], { objectMode: false })
    await expect(retry(storage, options).put('b', body, { signal })).rejects.toThrow('no answer')
    expect(calls).toEqual(['put'])
  })

  it('does not list again what it has given already', async () => {
    let listings = 0
    const storage: Storage = {
      ...memoryStorage(),
      async *list() {
        listings++
        yield { key: 'a', bytes: 1, modifiedAt: new Date(0) }
        throw passing()
      },
    }
    const seen: string[] = []
    const listing = async (): Promise<void> => {
      for await (const { key } of retry(storage, options).list('', signal)) seen.push(key)
    }
    await expect(listing()).rejects.toThrow('no answer')
    expect({ seen, listings }).toEqual({ seen: ['a'], listings: 1 })
  })

  it('stops waiting at once when it is cancelled', async () => {
    const cancel = new AbortController()
    let calls = 0
    const call = retryCall(
      async () => {
        calls++
        setTimeout(() => cancel.abort(new Error('cancelled')), 10)
        throw passing()
      },
      cancel.signal,
      // Whoever waited to the end would wait for hours.
      { random: () => 10_000 },
    )
    await expect(call).rejects.toThrow('cancelled')
    expect(calls).toBe(1)
  })

  it('spreads the delays between half and one and a half times', async () => {
    for (const [random, expected] of [
      [0, 250],
      [1, 750],
    ] as const) {
      delays.length = 0
      const { storage } = failing(1, passing)
      await retry(storage, { ...options, random: () => random }).check(signal)
      expect(delays).toEqual([expected])
    }
  })

  it('finds nothing unfinished where the plugin leaves nothing', async () => {
    expect(await retry(memoryStorage()).removeUnfinished?.('', new Date(), signal)).toBe(0)
  })
})
