import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { GcsFaultEffect, GcsRequestKind } from '@holdfast/lab'
import { describe, expect, it } from 'vitest'
import { bodyOf, failing, large, never, openDesk, partBytes, sha256 } from './desk.test.data.ts'

// Everything that a service and the network in between can do to a write. Reading has a file of its own.

describe('what passes', () => {
  it('is tried again, three times at every step', async () => {
    const effects: GcsFaultEffect[] = [
      { status: 500 },
      { status: 503 },
      { status: 429, reason: 'rateLimitExceeded' },
      { status: 403, reason: 'userRateLimitExceeded' },
      { status: 408 },
      'reset',
      // Errors that come as a success.
      { status: 200, body: { error: { code: 500, message: 'not at all' } } },
      { status: 200, body: 'Welcome' },
    ]
    const desks = await Promise.all(effects.map(() => openDesk()))
    const content = large()
    await Promise.all(
      desks.map(async ({ double, put, get }, index) => {
        const effect = effects[index] ?? 'reset'
        for (const on of ['chunk', 'commit'] as const) double.addFault({ on, effect, times: 3 })
        // What begins an upload is answered in the head, and that is looked at below.
        if (typeof effect === 'string' || effect.status !== 200)
          double.addFault({ on: 'start', effect, times: 3 })
        expect((await put('a', content)).bytes).toBe(content.length)
        expect(sha256(await get('a'))).toBe(sha256(content))
        expect(double.openUploads()).toEqual([])
      }),
    )
  })

  it('loses nothing where every chunk fails once, and keeps what was taken of it: 100 of 100', async () => {
    const { double, storage } = await openDesk({ partBytes: 2 * partBytes })
    const seen = new Set<string>()
    const effects = [{ status: 503 }, 'reset', 'cut', 'lostAnswer', { status: 500 }] as const
    const turns = Array.from({ length: 100 }, (_, turn) => turn)
    for (const [index, effect] of effects.entries()) {
      for (const on of ['chunk', 'commit'] as const) {
        double.addFault({
          on,
          effect,
          times: Infinity,
          when: ({ name, contentRange }) => {
            const id = `${name} ${contentRange}`
            if (Number(name) % effects.length !== index || seen.has(id)) return false
            seen.add(id)
            return true
          },
        })
      }
    }
    const content = Buffer.concat([large(), large()])
    const right = await Promise.all(
      turns.map(async (turn) => {
        const info = await storage.put(String(turn), bodyOf(content), { signal: never, ifAbsent: true })
        return (
          info.createOnly === 'atomic' && sha256(await double.contentOf(String(turn))) === sha256(content)
        )
      }),
    )
    expect(right.filter(Boolean)).toHaveLength(100)
    expect(seen.size).toBeGreaterThanOrEqual(300)
    expect(double.openUploads()).toEqual([])
  })

  it('goes on behind what the service has of a chunk, and does not send it again', async () => {
    const { double, put } = await openDesk({ partBytes: 4 * partBytes })
    double.addFault({ on: 'chunk', effect: 'cut' })
    await put('a', Buffer.alloc(5 * partBytes, 'x'))
    const ranges = double.requests
      .filter(({ kind }) => kind === 'chunk')
      .map(({ contentRange }) => contentRange)
    expect(ranges).toEqual(['bytes 0-1048575/*', 'bytes 524288-1048575/*'])
  })

  it('asks whether an object was made when the answer is lost', async () => {
    const { double, put } = await openDesk()
    double.addFault({ on: 'commit', effect: 'lostAnswer' })
    expect(await put('a', 'x', { ifAbsent: true })).toMatchObject({ bytes: 1, createOnly: 'atomic' })
    expect(double.requests.map(({ kind }) => kind)).toEqual(['start', 'commit', 'probe'])
  })

  it('waits as long as the service asks', async () => {
    const { double, put } = await openDesk()
    double.addFault({ on: 'start', effect: { status: 429, headers: { 'retry-after': '1' } } })
    const began = performance.now()
    await put('a', 'x')
    expect(performance.now() - began).toBeGreaterThan(950)
  })
})

describe('what does not pass', () => {
  it.each<[string, GcsRequestKind, GcsFaultEffect, string]>([
    ['503', 'start', { status: 503 }, 'STORAGE_UNAVAILABLE'],
    ['503', 'chunk', { status: 503 }, 'STORAGE_UNAVAILABLE'],
    ['503', 'commit', { status: 503 }, 'STORAGE_UNAVAILABLE'],
    ['429', 'chunk', { status: 429 }, 'STORAGE_THROTTLED'],
    ['a reset', 'commit', 'reset', 'STORAGE_UNAVAILABLE'],
    ['200 with an error in it', 'commit', { status: 200, body: { error: { code: 500 } } }, 'STORAGE_FAILED'],
    ['200 with an error in it', 'start', { status: 200, body: { error: { code: 500 } } }, 'STORAGE_FAILED'],
    ['403', 'start', { status: 403, reason: 'forbidden' }, 'STORAGE_PERMISSION'],
    ['403', 'commit', { status: 403, reason: 'forbidden' }, 'STORAGE_PERMISSION'],
    ['an upload that nobody knows', 'commit', { status: 404, reason: 'notFound' }, 'STORAGE_FAILED'],
    ['an upload that is gone', 'chunk', { status: 410, reason: 'uploadGone' }, 'STORAGE_FAILED'],
    [
      'another checksum',
      'commit',
      { status: 400, message: "Provided CRC32C doesn't match calculated" },
      'STORAGE_CHECKSUM',
    ],
    ['a redirect', 'start', { status: 307, headers: { location: 'http://127.0.0.1:9/' } }, 'STORAGE_FAILED'],
  ])('fails and leaves what was: %s at %s', async (_name, on, effect, code) => {
    const { double, put, keys, get } = await openDesk({ maxAttempts: 2 })
    await put('a', 'before')
    double.addFault({ on, effect, times: Infinity })
    await failing(put('a', large()), code)
    await failing(put('b', large(), { ifAbsent: true }), code)
    expect(double.openUploads()).toEqual([])
    expect(await keys()).toEqual(['a'])
    expect((await get('a')).toString()).toBe('before')
  })

  it('is not tried again where that can not help', async () => {
    const { double, put, storageWith } = await openDesk({ maxAttempts: 5 })
    double.addFault({ on: 'start', effect: { status: 403, reason: 'forbidden' }, times: Infinity })
    const error = await failing(put('a', 'x'), 'STORAGE_PERMISSION')
    expect(error.retryable).toBe(false)
    expect(error.hint).toContain('Grant storage.objects.create on gs://backups: roles/storage.objectCreator')
    expect(double.requests).toHaveLength(1)
    double.clearFaults()
    const other = storageWith({ bucket: 'missing' })
    const missing = await failing(other.put('a', bodyOf('x'), { signal: never }), 'STORAGE_BUCKET_MISSING')
    expect(missing.hint).toContain('Check the name missing')
    expect(double.requests).toHaveLength(2)
    await failing(other.stat('a', never), 'STORAGE_BUCKET_MISSING')
    await failing(other.remove('a', never), 'STORAGE_BUCKET_MISSING')
    await failing(other.check(never), 'STORAGE_BUCKET_MISSING')
  })

  it('is found out at once, while the body is still coming', async () => {
    const { double, storage } = await openDesk({ maxAttempts: 1 })
    double.addFault({ on: 'start', effect: { status: 403 } })
    const slow = new Readable({ read() {} })
    slow.push('x')
    await failing(storage.put('a', slow, { signal: never }), 'STORAGE_PERMISSION')
    expect(slow.destroyed).toBe(true)
  })

  it('is an error in time: a service that answers no more', async () => {
    const { double, storage, put } = await openDesk({ requestTimeoutMs: 200, maxAttempts: 2 })
    for (const on of ['start', 'stat', 'read', 'list', 'remove'] as const)
      double.addFault({ on, effect: 'blackHole', times: Infinity })
    const began = performance.now()
    const calls = [
      put('a', 'x'),
      storage.stat('a', never),
      storage.get('a', { signal: never }),
      storage.list('', never)[Symbol.asyncIterator]().next(),
      storage.remove('a', never),
      storage.check(never),
    ]
    for (const call of await Promise.all(calls.map((one) => failing(one, 'STORAGE_TIMEOUT'))))
      expect(call).toMatchObject({ retryable: true, hint: expect.stringContaining('requestTimeoutMs (200)') })
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  it('says when it can not be known whether an object was made', async () => {
    const { double, put } = await openDesk({ requestTimeoutMs: 200, maxAttempts: 1 })
    for (const on of ['probe', 'cancel', 'commit'] as const)
      double.addFault({ on, effect: 'blackHole', times: Infinity })
    const error = await failing(put('a', 'x'), 'STORAGE_TIMEOUT')
    expect(error.message).toContain('could not be found out')
  })

  it('follows no redirect', async () => {
    const asked: string[] = []
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('{}')
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
    try {
      const { double, storage, put } = await openDesk()
      for (const on of ['start', 'stat', 'read', 'list', 'remove', 'commit'] as const)
        double.addFault({ on, effect: { status: on === 'read' ? 302 : 301, headers: { location } } })
      const calls = [
        put('a', 'x'),
        storage.stat('a', never),
        storage.get('a', { signal: never }),
        storage.list('', never)[Symbol.asyncIterator]().next(),
        storage.remove('a', never),
      ]
      for (const error of await Promise.all(calls.map((one) => failing(one, 'STORAGE_FAILED'))))
        expect(error.hint).toContain('Redirects are not followed')
      await failing(put('a', 'x'), 'STORAGE_FAILED')
      expect(asked).toEqual([])
    } finally {
      elsewhere.close()
    }
  })
})

describe('what the service has is not what was sent', () => {
  it.each<[GcsFaultEffect, string]>([
    ['wrongChecksum', 'STORAGE_CHECKSUM'],
    ['wrongLength', 'STORAGE_LENGTH'],
  ])('%s: the generation that was made is removed, and never another', async (effect, code) => {
    const { double, put, keys } = await openDesk()
    double.addFault({ on: 'commit', effect })
    await failing(put('a', large()), code)
    expect(await keys()).toEqual([])

    // Somebody else writes the same name before this one can look.
    double.addFault({ on: 'commit', effect, when: ({ name }) => name === 'b' })
    double.addFault({ on: 'remove', effect: { status: 503 } })
    const failed = failing(put('b', large()), code)
    await expect.poll(() => double.requests.filter(({ kind }) => kind === 'remove').length).toBeGreaterThan(1)
    await put('b', 'of somebody else')
    await failed
    // Whichever was first: what is there is whole.
    const content = await double.contentOf('b').catch(() => Buffer.from('of somebody else'))
    expect(content.toString()).toBe('of somebody else')
  })

  it('says so where it may not be removed', async () => {
    const everything = ['storage.objects.create', 'storage.objects.get', 'storage.objects.list']
    const { double, put } = await openDesk({}, { permissions: everything })
    double.addFault({ on: 'commit', effect: 'wrongChecksum' })
    const error = await failing(put('a', 'x'), 'STORAGE_CHECKSUM')
    expect(error.message).toMatch(/could not be removed again and is generation \d+ of gs:\/\/backups\/a/)
  })
})
