import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type Storage } from '@holdfast/plugin'
import { memoryStorage, storageSuite } from '@holdfast/testkit'
import { describe, expect, it } from 'vitest'
import { patient } from './patience.ts'
import { place } from './place.ts'
import { retry } from './retry.ts'

const { signal } = new AbortController()
const limitMs = 200
const longer = limitMs * 3
const never = (): Promise<never> => new Promise(() => {})

/** A storage of which some calls are replaced, with little patience. */
function impatient(change: Partial<Storage>): Storage {
  return patient({ ...memoryStorage(), ...change }, { limitMs })
}

const bodyOf = (text: string): Readable => Readable.from([Buffer.from(text)], { objectMode: false })
const timeout = expect.objectContaining({ code: 'STORAGE_TIMEOUT' }) as unknown

/** Gives its chunks with pauses in between. */
function slowly(chunks: readonly string[], pauseMs: number): Readable {
  async function* parts(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) {
      await sleep(pauseMs)
      yield Buffer.from(chunk)
    }
  }
  return Readable.from(parts(), { objectMode: false })
}

describe('gives up', () => {
  it.each<[string, (storage: Storage) => Promise<unknown>]>([
    ['check', (storage) => storage.check(signal)],
    ['get', (storage) => storage.get('a', { signal })],
    ['stat', (storage) => storage.stat('a', signal)],
    ['remove', (storage) => storage.remove('a', signal)],
    ['removeUnfinished', (storage) => storage.removeUnfinished!('', new Date(), signal)],
  ])('a %s without an answer', async (call, make) => {
    await expect(make(impatient({ [call]: never }))).rejects.toEqual(timeout)
  })

  it('a listing that gives nothing more', async () => {
    const list: Storage['list'] = async function* () {
      yield { key: 'a', bytes: 1, modifiedAt: new Date() }
      await never()
    }
    const seen: string[] = []
    const reading = (async () => {
      for await (const { key } of impatient({ list }).list('', signal)) seen.push(key)
    })()
    await expect(reading).rejects.toEqual(timeout)
    expect(seen).toEqual(['a'])
  })

  it('a put that takes nothing, and tells it so', async () => {
    let reason: unknown
    const put: Storage['put'] = (_key, _body, options) => {
      options.signal.addEventListener('abort', () => (reason = options.signal.reason as unknown))
      return never()
    }
    await expect(impatient({ put }).put('a', bodyOf('hello'), { signal })).rejects.toEqual(timeout)
    expect(reason).toEqual(timeout)
  })

  it('a put that took everything and never ends', async () => {
    const put: Storage['put'] = async (_key, body) => {
      await buffer(body)
      return never()
    }
    await expect(impatient({ put }).put('a', bodyOf('hello'), { signal })).rejects.toEqual(timeout)
  })

  it('a put whose body broke, or that was cancelled, and that does not hear it', async () => {
    const storage = impatient({ put: never })
    const died = new Error('the source died')
    const body = new PassThrough()
    const putting = storage.put('a', body, { signal })
    body.destroy(died)
    await expect(putting).rejects.toBe(died)

    const controller = new AbortController()
    const cancelled = storage.put('a', new PassThrough(), { signal: controller.signal })
    controller.abort(new Error('cancelled'))
    await expect(cancelled).rejects.toThrow('cancelled')
  })

  it('an object that stops in the middle', async () => {
    const get: Storage['get'] = async () => {
      const stored = new PassThrough()
      stored.write('half')
      return stored
    }
    await expect(buffer(await impatient({ get }).get('a', { signal }))).rejects.toEqual(timeout)
  })
})

describe('waits for', () => {
  it('a slow source', async () => {
    const storage = impatient({})
    const info = await storage.put('a', slowly(['one', 'two'], longer), { signal })
    expect(info.bytes).toBe(6)
  })

  it('a storage that is slow and steady', async () => {
    const put: Storage['put'] = async (key, body) => {
      let bytes = 0
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length
        await sleep(limitMs / 4)
      }
      return { key, bytes, modifiedAt: new Date() }
    }
    const large = Readable.from(
      Array.from({ length: 12 }, () => Buffer.alloc(300_000)),
      { objectMode: false },
    )
    expect(await impatient({ put }).put('a', large, { signal })).toMatchObject({ bytes: 3_600_000 })
  })

  it('a slow reader', async () => {
    const storage = impatient({})
    await storage.put('a', bodyOf('x'.repeat(3_000_000)), { signal })
    const stored = await storage.get('a', { signal })
    await sleep(longer)
    expect(await buffer(stored)).toHaveLength(3_000_000)
  })
})

it('passes errors on as they are', async () => {
  const full = new HoldfastError('STORAGE_FULL', 'no room')
  const put: Storage['put'] = async (_key, body) => {
    body.destroy()
    throw full
  }
  const body = bodyOf('hello')
  await expect(impatient({ put }).put('a', body, { signal })).rejects.toBe(full)
  await sleep(1)
  expect(body.destroyed).toBe(true)
})

describe('all that goes around a storage', () => {
  storageSuite({
    it,
    describe,
    create: () => ({ storage: retry(place(patient(memoryStorage(), { limitMs: 60_000 }), 'disk')) }),
    capabilities: { inMemory: true },
  })
})
