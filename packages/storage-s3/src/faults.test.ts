import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, test } from 'vitest'
import { bench, closeAll, failureOf, partBytes, patterned, strand } from './double.test.support.ts'

afterEach(closeAll)
const signal = new AbortController().signal
const threeParts = patterned(2 * partBytes + 1)

describe('a store that fails for a while', () => {
  it('answers 500, 503 or 429 three times to each request of every kind', async () => {
    await Promise.all([500, 503, 429].map(survives))
  })

  async function survives(status: number): Promise<void> {
    const { store, storage, put, read, keys } = await bench()
    for (const operation of [
      'CreateMultipartUpload',
      'UploadPart',
      'CompleteMultipartUpload',
      'PutObject',
      'HeadObject',
      'GetObject',
      'ListObjectsV2',
      'DeleteObject',
    ] as const) {
      store.fail({
        on: (request) => request.operation === operation,
        times: 3,
        kind: { answer: { status } },
      })
    }
    await Promise.all([put('large', threeParts), put('small', 'x')])
    expect((await read('large')).equals(threeParts)).toBe(true)
    expect(await keys()).toEqual(['large', 'small'])
    await storage.remove('small', signal)
    expect([...store.objects.keys()]).toEqual(['large'])
    expect(store.uploads.size).toBe(0)
  }

  it('resets the connection on the last part', async () => {
    const { store, put, read } = await bench()
    store.fail({ on: ({ query }) => query.get('partNumber') === '3', kind: 'reset' })
    await put('a', threeParts)
    expect((await read('a')).equals(threeParts)).toBe(true)
  })

  it('fails each part of 100 uploads once, with a 500, a 503 or a reset: all 100 are identical', async () => {
    const { store, put, read } = await bench({ partsInFlight: 2 })
    const seen = new Set<string>()
    let turn = 0
    for (const kind of [{ answer: { status: 500 } }, { answer: { status: 503 } }, 'reset'] as const) {
      store.fail({
        times: Number.POSITIVE_INFINITY,
        kind,
        on: ({ key, query }) => {
          const part = `${key} ${query.get('partNumber')}`
          if (!query.has('partNumber') || seen.has(part) || turn++ % 3 !== 0) return false
          seen.add(part)
          return true
        },
      })
    }
    const identical: boolean[] = []
    const names = Array.from({ length: 100 }, (_, index) => `upload/${index}`).values()
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (const name of names) {
          const content = patterned(2 * partBytes + 1, name.length)
          await put(name, content)
          identical.push(sha256(await read(name)) === sha256(content))
        }
      }),
    )
    expect(identical.filter(Boolean)).toHaveLength(100)
    expect(seen.size).toBe(300)
    expect(store.uploads.size).toBe(0)
  })

  it('breaks a read midway, twice: it is taken up again where it broke', async () => {
    const { store, put, read, count } = await bench()
    await put('a', threeParts)
    store.fail({ on: ({ operation }) => operation === 'GetObject', times: 2, kind: 'cut' })
    expect((await read('a')).equals(threeParts)).toBe(true)
    expect((await read('a', { start: 10, end: 99_999 })).equals(threeParts.subarray(10, 100_000))).toBe(true)
    expect(count('GetObject')).toBe(4)
  })

  it('breaks a read, and holds another object when it is taken up again', async () => {
    const { store, put, read } = await bench()
    await put('a', threeParts)
    store.fail({ on: ({ operation }) => operation === 'GetObject', kind: 'cut' })
    store.fail({
      on: ({ headers }) => headers['if-match'] !== undefined,
      kind: { answer: { status: 412, code: 'PreconditionFailed' } },
    })
    expect((await failureOf(read('a'))).message).toContain('was replaced while it was read')
  })
})

describe('a store that refuses', () => {
  it.each([
    [403, 'AccessDenied', 'STORAGE_PERMISSION'],
    [404, 'NoSuchBucket', 'STORAGE_BUCKET_MISSING'],
    [507, 'QuotaExceeded', 'STORAGE_FULL'],
    [400, 'EntityTooLarge', 'STORAGE_TOO_LARGE'],
  ])('with %i %s: no request is repeated', async (status, code, expected) => {
    const { store, put, count } = await bench()
    store.fail({
      on: ({ operation }) => operation === 'PutObject',
      times: 9,
      kind: { answer: { status, code } },
    })
    const error = await failureOf(put('a', 'x'))
    expect(error).toMatchObject({ code: expected, retryable: false })
    expect(count('PutObject')).toBe(1)
  })

  it('to delete what is locked', async () => {
    const { store, storage, put } = await bench({ objectLock: { mode: 'COMPLIANCE', days: 1 } })
    await put('a', 'x')
    const error = await failureOf(storage.remove('a', signal))
    expect(error).toMatchObject({ code: 'STORAGE_LOCKED', retryable: false })
    expect([...store.objects.keys()]).toEqual(['a'])
  })

  it('to delete, halfway: what is left is still listed', async () => {
    const { store, storage, put, keys } = await bench({ maxAttempts: 2 })
    await Promise.all(['a', 'b'].map((key) => put(key, 'x')))
    await storage.remove('a', signal)
    store.fail({
      on: ({ operation }) => operation === 'DeleteObject',
      times: 2,
      kind: { answer: { status: 500 } },
    })
    expect(await failureOf(storage.remove('b', signal))).toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      retryable: true,
    })
    expect(await keys()).toEqual(['b'])
  })
})

describe('a 200 with an error in its body', () => {
  it.each(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'PutObject'] as const)(
    'to %s is an error, and nothing is stored: 25 of 25',
    async (operation) => {
      const { store, put } = await bench({ maxAttempts: 1 })
      store.fail({
        on: (request) => request.operation === operation,
        times: Number.POSITIVE_INFINITY,
        kind: { errorIn200: { code: 'InternalError' } },
      })
      const content = operation === 'PutObject' ? 'x' : threeParts
      const results = await Promise.allSettled(
        Array.from({ length: 25 }, (_, index) => put(`a/${index}`, content)),
      )
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(25)
      expect(store.objects.size + store.uploads.size).toBe(0)
    },
  )

  it('once, to the completion, is survived', async () => {
    const { store, put } = await bench()
    store.fail({
      on: ({ operation }) => operation === 'CompleteMultipartUpload',
      kind: { errorIn200: { code: 'InternalError' } },
    })
    await put('a', threeParts, { ifAbsent: true })
    expect(store.objects.size).toBe(1)
  })

  it('to a listing is no empty listing', async () => {
    const { store, put, keys } = await bench({ maxAttempts: 1 })
    await put('a', 'x')
    store.fail({ kind: { errorIn200: { code: 'InternalError' } } })
    expect(await failureOf(keys())).toMatchObject({ retryable: true })
  })
})

describe('an answer that is lost', () => {
  it.each([
    ['PutObject', Buffer.from('x')],
    ['CompleteMultipartUpload', threeParts],
  ] as const)('to %s: the object is known again as that of this write', async (operation, content) => {
    for (const times of [1, 9]) {
      for (const ifAbsent of [false, true]) {
        const { store, put, read } = await bench({ maxAttempts: 2 })
        store.fail({ on: (request) => request.operation === operation, times, kind: 'lose-answer' })
        expect(await put('a', content, { ifAbsent })).toMatchObject({ key: 'a', bytes: content.length })
        expect((await read('a')).equals(content)).toBe(true)
        expect(store.uploads.size).toBe(0)
      }
    }
  })

  it('to the write of somebody else is not taken for ours', async () => {
    const { put, read } = await bench({ createOnly: 'atomic' })
    await put('a', 'theirs')
    expect(await failureOf(put('a', 'ours', { ifAbsent: true }))).toMatchObject({ code: 'STORAGE_EXISTS' })
    expect((await read('a')).toString()).toBe('theirs')
  })
})

describe('a black hole', () => {
  const options = { requestTimeoutMs: 150, maxAttempts: 2 }

  it('is an error of every call', async () => {
    const { store, storage, put, read, keys } = await bench(options)
    await put('a', 'x')
    store.fail({ times: Number.POSITIVE_INFINITY, kind: 'hang' })
    const calls = [
      storage.check(signal),
      put('b', 'x'),
      put('b', threeParts, { ifAbsent: true }),
      read('a'),
      storage.stat('a', signal),
      keys(),
      storage.remove('a', signal),
      storage.removeUnfinished?.('', new Date(), signal) ?? Promise.resolve(),
    ]
    const codes = await Promise.all(calls.map(async (call) => failureOf(call)))
    expect(new Set(codes.map(({ code }) => code))).toEqual(new Set(['STORAGE_TIMEOUT']))
    expect(codes.every(({ retryable }) => retryable)).toBe(true)
    expect([...store.objects.keys()]).toEqual(['a'])
  })

  it('in the middle of an upload leaves nothing', async () => {
    const { store, put } = await bench(options)
    store.fail({ on: ({ query }) => query.get('partNumber') === '2', times: 2, kind: 'hang' })
    expect(await failureOf(put('a', threeParts))).toMatchObject({ code: 'STORAGE_TIMEOUT' })
    expect(store.objects.size + store.uploads.size).toBe(0)
  })

  it('in the middle of a read is an error, and a short one is survived', async () => {
    const { store, put, read } = await bench(options)
    await put('a', threeParts)
    store.fail({ on: ({ operation }) => operation === 'GetObject', kind: 'stall' })
    expect((await read('a')).equals(threeParts)).toBe(true)
    store.fail({ on: ({ operation }) => operation === 'GetObject', kind: 'stall' })
    store.fail({ on: ({ operation }) => operation === 'GetObject', times: 99, kind: 'hang' })
    expect(await failureOf(read('a'))).toMatchObject({ code: 'STORAGE_TIMEOUT' })
  })

  it('ends at once when the call is cancelled', async () => {
    const { store, storage } = await bench({ requestTimeoutMs: 60_000 })
    store.fail({ times: Number.POSITIVE_INFINITY, kind: 'hang' })
    const cancel = new AbortController()
    const calls = [
      storage.stat('a', cancel.signal),
      storage.check(cancel.signal),
      storage.list('', cancel.signal)[Symbol.asyncIterator]().next(),
      storage.get('a', { signal: cancel.signal }),
      storage.remove('a', cancel.signal),
      storage.put('a', Readable.from(['x']), { signal: cancel.signal, ifAbsent: true }),
    ]
    const settled = Promise.allSettled(calls)
    await sleep(20)
    const began = performance.now()
    cancel.abort(new Error('cancelled'))
    expect((await settled).map((one) => one.status === 'rejected' && String(one.reason))).toEqual(
      calls.map(() => 'Error: cancelled'),
    )
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

describe('a store that holds something else than was sent', () => {
  it.each([
    ['shorten', 'PutObject', 'STORAGE_LENGTH'],
    ['shorten', 'CompleteMultipartUpload', 'STORAGE_LENGTH'],
    ['flip', 'PutObject', 'STORAGE_CHECKSUM'],
    ['flip', 'CompleteMultipartUpload', 'STORAGE_CHECKSUM'],
  ] as const)('%s after %s', async (kind, operation, code) => {
    const { store, put } = await bench({ checksum: 'crc32' })
    store.fail({ on: (request) => request.operation === operation, kind })
    const content = operation === 'PutObject' ? 'hello' : threeParts
    const error = await failureOf(put('a', content))
    expect(error.code).toBe(code)
    // It may be another's by now.
    expect(error.hint).toContain('was left where it is')
    expect(store.objects.size).toBe(1)
  })

  it('gives the whole object where a range was asked for', async () => {
    const { put, read } = await bench({}, { ignores: ['range'] })
    await put('a', threeParts)
    expect(await failureOf(read('a', { start: 1, end: 2 }))).toMatchObject({ code: 'STORAGE_PROMISE_BROKEN' })
  })

  it('loses the object right after it took it', async () => {
    const { store, put } = await bench()
    store.fail({ on: ({ operation }) => operation === 'HeadObject', kind: { answer: { status: 404 } } })
    expect(await failureOf(put('a', 'x'))).toMatchObject({ code: 'STORAGE_PROMISE_BROKEN' })
  })
})

test('2,500 objects are listed exactly, with those of others left out', async () => {
  const { store, put, keys, count } = await bench({ prefix: 'mine' })
  await put('job/0', 'x')
  const [[, object] = []] = store.objects
  if (object === undefined) throw new Error('nothing was stored')
  const names = Array.from({ length: 2500 }, (_, index) => `job/${index}`)
  for (const name of names) store.objects.set(`mine/${name}`, object)
  // What a console, a person or another program leaves there, and no call could name.
  for (const foreign of [
    'mine/',
    'mine/job/',
    'mine/job//x',
    'mine/../x',
    'mine/a\u0001b',
    'mineral/x',
    'x',
    'mine/a\\b',
  ]) {
    store.objects.set(foreign, object)
  }
  store.objects.set('mine/job/a b+c%20d&<ü>', object)
  expect((await keys()).toSorted()).toEqual([...names, 'job/a b+c%20d&<ü>'].toSorted())
  expect(count('ListObjectsV2')).toBe(3)
})

test('uploads of others, and younger ones, are left alone: 250 of 252 are aborted, page by page', async () => {
  const { store, storage } = await bench({ prefix: 'mine' }, { pageObjects: 100 })
  const longAgo = new Date(Date.now() - 3_600_000)
  for (let index = 0; index < 250; index++) strand(store, `mine/job/a b ${index}`, longAgo)
  strand(store, 'mine/job/young')
  strand(store, 'mineral/job/x', longAgo)
  expect(await storage.removeUnfinished?.('job/', new Date(Date.now() - 60_000), signal)).toBe(250)
  expect([...store.uploads.values()].map(({ key }) => key).toSorted()).toEqual([
    'mine/job/young',
    'mineral/job/x',
  ])
})

test('a store that can not list its uploads has none to abort', async () => {
  const { storage } = await bench({}, { refuses: ['list-uploads'] })
  expect(await storage.removeUnfinished?.('', new Date(), signal)).toBe(0)
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
