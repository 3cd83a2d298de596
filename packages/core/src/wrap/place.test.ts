import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { memoryStorage } from '@holdfast/testkit'
import { HoldfastError, type Storage } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { place } from './place.ts'

const { signal } = new AbortController()

function throwing(error: Error): Storage {
  const fail = (): Promise<never> => Promise.reject(error)
  return {
    check: fail,
    put: fail,
    get: fail,
    stat: fail,
    // oxlint-disable-next-line require-yield
    async *list() {
      throw error
    },
    remove: fail,
    location: (key) => key,
    removeUnfinished: fail,
  }
}

async function keysIn(storage: Storage, cancel: AbortSignal): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list('', cancel)) keys.push(key)
  return keys
}

const bytes = (): Readable => Readable.from([Buffer.from('x')], { objectMode: false })

const calls: [string, (storage: Storage, signal: AbortSignal) => Promise<unknown>][] = [
  ['check', (storage, s) => storage.check(s)],
  ['put', (storage, s) => storage.put('a', bytes(), { signal: s })],
  ['get', (storage, s) => storage.get('a', { signal: s })],
  ['stat', (storage, s) => storage.stat('a', s)],
  ['list', (storage, s) => keysIn(storage, s)],
  ['remove', (storage, s) => storage.remove('a', s)],
  ['removeUnfinished', async (storage, s) => storage.removeUnfinished?.('', new Date(), s)],
]

describe.each(calls)('%s', (_name, call) => {
  it('names the plugin in an error of the family', async () => {
    const error = new HoldfastError('STORAGE_FULL', 'no room', { hint: 'make some' })
    await expect(call(place(throwing(error), 'disk'), signal)).rejects.toMatchObject({
      code: 'STORAGE_FULL',
      message: 'no room',
      hint: 'make some',
      plugin: 'disk',
    })
  })

  it('makes STORAGE_FAILED of anything else', async () => {
    const error = new TypeError('x is not a function')
    await expect(call(place(throwing(error), 'disk'), signal)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: 'x is not a function',
      plugin: 'disk',
      cause: error,
    })
  })

  it("throws the signal's reason when it was cancelled", async () => {
    const reason = new HoldfastError('RUN_TERMINATED', 'told to stop')
    const aborted = AbortSignal.abort(reason)
    await expect(call(place(throwing(new Error('AbortError')), 'disk'), aborted)).rejects.toBe(reason)
  })
})

describe('put', () => {
  it('leaves an error that the body brought as it is, also where the storage wraps it', async () => {
    const brought = new HoldfastError('DATABASE_CONNECTION_LOST', 'the server went away')
    const consume =
      (wrap: (error: unknown) => unknown): Storage['put'] =>
      async (_key, body) => {
        await buffer(body).catch((error: unknown) => {
          throw wrap(error)
        })
        throw new Error('unreachable')
      }
    for (const wrap of [
      (error: unknown) => error,
      (cause: unknown) => new HoldfastError('STORAGE_FAILED', 'upload failed', { cause }),
    ]) {
      const storage = place({ ...memoryStorage(), put: consume(wrap) }, 'disk')
      const body = new Readable({
        read() {
          this.destroy(brought)
        },
      })
      await expect(storage.put('a', body, { signal })).rejects.toBe(brought)
    }
  })

  it('places an error of its own that it destroyed the body with', async () => {
    const full = new HoldfastError('STORAGE_FULL', 'no room')
    const put: Storage['put'] = async (_key, body) => {
      body.on('error', () => {})
      body.destroy(full)
      throw full
    }
    const storage = place({ ...memoryStorage(), put }, 'disk')
    await expect(storage.put('a', bytes(), { signal })).rejects.toMatchObject({
      code: 'STORAGE_FULL',
      plugin: 'disk',
    })
  })
})

describe('get', () => {
  const giving = (stored: Readable): Storage => place({ ...memoryStorage(), get: async () => stored }, 'disk')

  it('gives the bytes', async () => {
    const stored = Readable.from([Buffer.from('one '), Buffer.from('two')], { objectMode: false })
    expect(await text(await giving(stored).get('a', { signal }))).toBe('one two')
  })

  it('places an error in the middle of the stream', async () => {
    const stored = new Readable({ read() {} })
    stored.push('some')
    setTimeout(() => stored.destroy(new Error('ECONNRESET')), 10)
    const error = await text(await giving(stored).get('a', { signal })).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', message: 'ECONNRESET', plugin: 'disk' })
  })

  it('does not take a stream that stops early for a whole object', async () => {
    const stored = new Readable({ read() {} })
    stored.push('some')
    setTimeout(() => stored.destroy(), 10)
    const error = await text(await giving(stored).get('a', { signal })).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'STORAGE_FAILED', plugin: 'disk' })
  })

  it("stops the plugin's stream when nobody reads on", async () => {
    const stored = new Readable({ read() {} })
    const passed = await giving(stored).get('a', { signal })
    passed.destroy()
    await new Promise((resolve) => stored.once('close', resolve))
    expect(stored.destroyed).toBe(true)
  })
})
