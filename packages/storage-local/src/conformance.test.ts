import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode, type ObjectInfo, type Storage } from '@holdfast/plugin'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { localStorage } from './storage.ts'

const directory = await mkdtemp(join(tmpdir(), 'holdfast-conformance-'))
afterAll(() => rm(directory, { recursive: true }))
storageTests('local', async (name) => localStorage({ path: name }, { baseDirectory: directory }), {
  // One read of the disk, and one block of a pipe.
  boundaries: [65_536, 1_048_576],
})

/** What every storage has to do; `open` makes an empty one. */
function storageTests(
  name: string,
  open: (name: string) => Promise<Storage>,
  { boundaries }: { boundaries: readonly number[] },
): void {
  const { signal } = new AbortController()
  let turn = 0
  let storage: Storage
  beforeEach(async () => {
    storage = await open(`${name}-${turn++}`)
  })

  const put = (key: string, bytes: Buffer | string, options = {}): Promise<ObjectInfo> =>
    storage.put(key, bodyOf(Buffer.from(bytes)), { signal, ...options })
  const get = async (key: string, range?: { start: number; end: number }): Promise<Buffer> =>
    buffer(await storage.get(key, { signal, ...(range && { range }) }))
  const keys = async (prefix = '', cancel = signal): Promise<string[]> => {
    const found: string[] = []
    for await (const { key } of storage.list(prefix, cancel)) found.push(key)
    return found.sort()
  }
  const failsWith = (code: string) => (error: unknown) => hasCode(error, code)

  describe(`${name}: put and get`, () => {
    it('can be checked before anything is there', async () => {
      expect((await storage.check(signal)).freeBytes).toBeTypeOf('number')
      expect(await keys()).toEqual([])
    })

    it('gives back what was put, with its length and time', async () => {
      const before = Date.now() - 2000
      const info = await put('shop/2026/11/a.dump', 'hello', { bytes: 5 })
      expect(info).toMatchObject({ key: 'shop/2026/11/a.dump', bytes: 5 })
      expect(info.modifiedAt.getTime()).toBeGreaterThan(before)
      expect(await storage.stat('shop/2026/11/a.dump', signal)).toEqual(info)
      expect((await get('shop/2026/11/a.dump')).toString()).toBe('hello')
    })

    const sizes = boundaries.flatMap((size) => [
      size - 1,
      size,
      size + 1,
      2 * size - 1,
      2 * size,
      2 * size + 1,
    ])
    it.each([0, 1, ...sizes])('takes %i bytes, of known and of unknown length', async (size) => {
      const bytes = Buffer.alloc(size, `${size},`)
      expect((await put('known', bytes, { bytes: size })).bytes).toBe(size)
      expect((await put('unknown', bytes)).bytes).toBe(size)
      expect((await get('known')).equals(bytes)).toBe(true)
      expect((await get('unknown')).equals(bytes)).toBe(true)
    })

    it('replaces what was there', async () => {
      await put('a', 'one and more')
      await put('a', 'two')
      expect((await get('a')).toString()).toBe('two')
    })

    it('tells what is missing by its own error, before any byte', async () => {
      await put('there', 'x')
      for (const key of ['a', 'a/b/c', 'there/b', 'ther', 'theree']) {
        await expect(storage.get(key, { signal })).rejects.toSatisfy(failsWith('STORAGE_NOT_FOUND'))
        expect(await storage.stat(key, signal)).toBeUndefined()
      }
    })
  })

  describe(`${name}: ranges`, () => {
    it('gives any range inside the object', { timeout: 60_000 }, async () => {
      const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251))
      await put('a', bytes)
      const ends = fc.integer({ min: 0, max: bytes.length - 1 })
      await fc.assert(
        fc.asyncProperty(ends, ends, async (one, other) => {
          const [start, end] = one < other ? [one, other] : [other, one]
          expect((await get('a', { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true)
        }),
        { numRuns: 100 },
      )
    })

    it('refuses one outside, also by one byte', async () => {
      await put('a', 'hello')
      await put('empty', '')
      for (const [start, end] of [
        [0, 5],
        [5, 5],
        [-1, 2],
        [3, 2],
        [9, 12],
        [0.5, 2],
        [Number.NaN, 1],
      ] as const) {
        await expect(get('a', { start, end })).rejects.toSatisfy(failsWith('STORAGE_RANGE'))
      }
      await expect(get('empty', { start: 0, end: 0 })).rejects.toSatisfy(failsWith('STORAGE_RANGE'))
    })
  })

  describe(`${name}: all or nothing`, () => {
    const nothing = async (): Promise<void> => {
      expect(await keys()).toEqual(['before'])
      expect((await get('before')).toString()).toBe('as it was')
    }
    beforeEach(async () => {
      await put('before', 'as it was')
    })

    it.each([0, 1, 4, 6, 100_000])('stores nothing when %i bytes come instead of 5', async (size) => {
      for (const key of ['new', 'before']) {
        await expect(put(key, Buffer.alloc(size), { bytes: 5 })).rejects.toSatisfy(
          failsWith('STORAGE_LENGTH'),
        )
      }
      await nothing()
    })

    it('stores nothing when the source dies midway, and gives its error', async () => {
      const died = new Error('the server went away')
      for (const key of ['new', 'before']) {
        const body = new Readable({ read() {} })
        body.push(Buffer.alloc(200_000))
        setTimeout(() => body.destroy(died), 20)
        await expect(storage.put(key, body, { signal })).rejects.toBe(died)
      }
      await nothing()
    })

    it('stores nothing when the source is dead before it is read', async () => {
      const died = new Error('the server went away')
      const body = new Readable({ read() {} })
      body.on('error', () => {})
      body.destroy(died)
      await new Promise((resolve) => body.once('close', resolve))
      await expect(storage.put('new', body, { signal })).rejects.toBe(died)
      await nothing()
    })

    it('stores nothing when the source closes without an end', async () => {
      const body = new Readable({ read() {} })
      body.push('half')
      setTimeout(() => body.destroy(), 20)
      await expect(storage.put('new', body, { signal })).rejects.toBeInstanceOf(Error)
      await nothing()
    })

    it('stores nothing when it is cancelled, and stops the source', async () => {
      for (const delayMs of [0, 1, 5, 30]) {
        const cancel = new AbortController()
        const reason = new Error('enough')
        const body = new Readable({ read() {} })
        body.push(Buffer.alloc(100_000))
        if (delayMs === 0) cancel.abort(reason)
        else setTimeout(() => cancel.abort(reason), delayMs)
        await expect(storage.put('new', body, { signal: cancel.signal })).rejects.toBe(reason)
        expect(body.destroyed).toBe(true)
      }
      await nothing()
    })

    it('shows nothing of what is still being written', async () => {
      const body = new Readable({ read() {} })
      body.push(Buffer.alloc(100_000))
      const writing = storage.put('new', body, { signal })
      await sleep(30)
      await nothing()
      expect(await storage.stat('new', signal)).toBeUndefined()
      body.push(null)
      await writing
      expect(await keys()).toEqual(['before', 'new'])
    })
  })

  describe(`${name}: create only`, () => {
    it('leaves what is there', async () => {
      await put('a', 'first', { ifAbsent: true })
      await expect(put('a', 'second', { ifAbsent: true })).rejects.toSatisfy(failsWith('STORAGE_EXISTS'))
      expect((await get('a')).toString()).toBe('first')
    })

    it('has one winner among 20 that are the first to use it', async () => {
      const first = Array.from({ length: 20 }, () => put('job/2026/first', 'x', { ifAbsent: true }))
      const outcomes = await Promise.all(
        first.map((one) =>
          one.then(
            () => 'done',
            (error: unknown) => (hasCode(error, 'STORAGE_EXISTS') ? 'exists' : String(error)),
          ),
        ),
      )
      expect(outcomes.sort()).toEqual(['done', ...Array.from({ length: 19 }, () => 'exists')])
    })

    it('has one winner among 20 at the same time, whole', async () => {
      for (let round = 0; round < 5; round++) {
        const key = `race-${round}`
        const bodies = Array.from({ length: 20 }, (_, index) => `${index},`.repeat(20_000))
        const results = await Promise.allSettled(bodies.map((body) => put(key, body, { ifAbsent: true })))
        const winners = bodies.filter((_, index) => results[index]?.status === 'fulfilled')
        const losers = results.filter((result) => result.status === 'rejected')
        expect(winners).toHaveLength(1)
        expect(losers.every(({ reason }) => hasCode(reason, 'STORAGE_EXISTS'))).toBe(true)
        expect((await get(key)).toString()).toBe(winners[0])
      }
      expect(await keys()).toHaveLength(5)
    })
  })

  describe(`${name}: list`, () => {
    it('lists what was put at the same time, exactly', async () => {
      const names = Array.from({ length: 40 }, (_, index) => `job-${index % 4}/${index % 3}/object-${index}`)
      await Promise.all(names.map((key) => put(key, key)))
      expect(await keys()).toEqual(names.toSorted())
      for await (const info of storage.list('job-1/', signal)) {
        expect(info).toEqual(await storage.stat(info.key, signal))
      }
    })

    it('takes the prefix for the start of the key, and foo/ is not foobar', async () => {
      await Promise.all(
        ['foo/a', 'foo/b/c', 'foobar/a', 'foobaz', 'fo', 'bar/foo/a'].map((key) => put(key, 'x')),
      )
      expect(await keys('foo/')).toEqual(['foo/a', 'foo/b/c'])
      expect(await keys('foo')).toEqual(['foo/a', 'foo/b/c', 'foobar/a', 'foobaz'])
      expect(await keys('foo/b')).toEqual(['foo/b/c'])
      expect(await keys('foo/b/')).toEqual(['foo/b/c'])
      expect(await keys('foo/a')).toEqual(['foo/a'])
      expect(await keys('foo/a/')).toEqual([])
      expect(await keys('nothing/here/')).toEqual([])
    })

    it('lists 2,500 objects', { timeout: 60_000 }, async () => {
      const names = Array.from({ length: 2500 }, (_, index) => `many/${index % 7}/${index}`)
      for (let at = 0; at < names.length; at += 50) {
        await Promise.all(names.slice(at, at + 50).map((key) => put(key, '')))
      }
      expect(await keys('many/')).toEqual(names.toSorted())
    })

    it('stops when it is cancelled', async () => {
      for (let index = 0; index < 10; index++) await put(`a/${index}`, 'x')
      const cancel = new AbortController()
      const reason = new Error('enough')
      let seen = 0
      const listing = async (): Promise<void> => {
        for await (const info of storage.list('', cancel.signal)) {
          seen++
          expect(info.bytes).toBe(1)
          if (seen === 3) cancel.abort(reason)
        }
      }
      await expect(listing()).rejects.toBe(reason)
      expect(seen).toBe(3)
      await expect(keys('', AbortSignal.abort(reason))).rejects.toBe(reason)
    })
  })

  describe(`${name}: remove`, () => {
    it('removes one object, and is fine the second time', async () => {
      await put('a/b', 'x')
      await put('a/c', 'x')
      await storage.remove('a/b', signal)
      await storage.remove('a/b', signal)
      await storage.remove('never/there', signal)
      expect(await keys()).toEqual(['a/c'])
      expect(await storage.stat('a/b', signal)).toBeUndefined()
    })
  })

  describe(`${name}: keys`, () => {
    const odd = [
      ' x ',
      'x.',
      '.x',
      'a b',
      '%46',
      'a%2fb',
      'ü',
      'e\u0301',
      '日本',
      '🐘',
      "'",
      '"',
      '$(x)',
      '-x',
      'x;y',
      'x?y',
      '*',
    ]
    it.each([...odd, 'y'.repeat(255), `${'é'.repeat(127)}x`])('stores %j as it is', async (name) => {
      const key = `${name}/${name}`
      await put(key, name)
      expect(await keys()).toEqual([key])
      expect((await get(key)).toString()).toBe(name)
    })

    const hostile = [
      '',
      '/',
      '/etc/x',
      'a//b',
      'a/',
      '.',
      '..',
      './a',
      '../a',
      'a/../b',
      'a/..',
      'a\0b',
      'a\nb',
      '\u007f',
      'a\\b',
    ]
    it.each([...hostile, '\ud800', 'z'.repeat(256), 'é'.repeat(128)])(
      'refuses %j everywhere',
      async (key) => {
        const refused = failsWith('STORAGE_KEY_INVALID')
        await expect(put(key, 'x')).rejects.toSatisfy(refused)
        await expect(storage.get(key, { signal })).rejects.toSatisfy(refused)
        await expect(storage.stat(key, signal)).rejects.toSatisfy(refused)
        await expect(storage.remove(key, signal)).rejects.toSatisfy(refused)
        expect(await keys()).toEqual([])
      },
    )

    it.each(['../', '/', 'a/../', 'a//b', './'])('refuses to list below %j', async (prefix) => {
      await expect(keys(prefix)).rejects.toSatisfy(failsWith('STORAGE_KEY_INVALID'))
    })
  })

  describe(`${name}: unfinished writes`, () => {
    it('removes none that is younger than asked for, and no finished object', async () => {
      const finished = await put('a/done', 'x')
      const body = new Readable({ read() {} })
      body.push('x')
      const writing = storage.put('a/writing', body, { signal })
      await sleep(30)
      expect(await storage.removeUnfinished?.('', new Date(Date.now() - 60_000), signal)).toBe(0)
      body.push(null)
      await writing
      expect(await storage.removeUnfinished?.('', new Date(Date.now() + 60_000), signal)).toBe(0)
      expect(await storage.stat('a/done', signal)).toEqual(finished)
    })
  })
}

function bodyOf(bytes: Buffer): Readable {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 50_000) chunks.push(bytes.subarray(at, at + 50_000))
  return Readable.from(chunks, { objectMode: false })
}
