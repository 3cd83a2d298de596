import assert from 'node:assert/strict'
import type { ObjectInfo } from '@holdfast/plugin'
import { failsWith, quoted, sameBytes, sameKeys } from '../assertions.ts'
import { patterned } from '../bodies.ts'
import type { StorageCase } from '../case.ts'

/** Some stores tell times in whole seconds in one answer and in milliseconds in another. */
const timeToleranceMs = 1000

export const objectCases: readonly StorageCase[] = [
  {
    topic: 'objects',
    name: 'check',
    promise: 'a storage that can be used says so, and writes nothing to find out',
    essential: true,
    async run({ storage, signal, keys }) {
      const { freeBytes = 0, warnings = [] } = await storage.check(signal)
      assert.ok(Number.isFinite(freeBytes) && freeBytes >= 0, `check gave ${freeBytes} free bytes`)
      assert.ok(
        warnings.every((warning) => typeof warning === 'string'),
        'check gave a warning that is no text',
      )
      sameKeys(await keys(), [], 'list after check')
    },
  },
  {
    topic: 'objects',
    name: 'put and get',
    promise: 'what was put comes back, byte for byte',
    essential: true,
    async run({ put, get, keys }) {
      const contents = {
        'shop/2026/11/a.dump': patterned(200_003),
        'shop/b': Buffer.from('hello'),
        c: patterned(1),
      }
      for (const [key, content] of Object.entries(contents))
        await put(key, content, { bytes: content.length })
      for (const [key, content] of Object.entries(contents)) sameBytes(await get(key), content, key)
      sameKeys(await keys(), Object.keys(contents), 'list')
    },
  },
  {
    topic: 'objects',
    name: 'agreement',
    promise: 'put, stat and list tell the same key, length and time of an object',
    async run({ storage, signal, put }) {
      for (const [key, length] of [
        ['a/b', 100_001],
        ['a/c', 0],
      ] as const) {
        const told: Record<string, ObjectInfo | undefined> = {
          put: await put(key, patterned(length)),
          stat: await storage.stat(key, signal),
        }
        for await (const info of storage.list(key, signal)) told['list'] = info
        const time = told['put']?.modifiedAt
        for (const [call, info] of Object.entries(told)) {
          assert.ok(info !== undefined, `${call} says that ${key} is not there`)
          assert.ok(info.key === key, `${call} gave the key ${info.key} for ${key}`)
          assert.ok(info.bytes === length, `${call} says ${info.bytes} bytes of ${length}`)
          const apartMs = Math.abs(info.modifiedAt.getTime() - (time?.getTime() ?? 0))
          assert.ok(
            apartMs < timeToleranceMs,
            `${call} and put tell times of ${key} that are ${apartMs} ms apart`,
          )
        }
      }
    },
  },
  {
    topic: 'objects',
    name: 'overwrite',
    promise: 'a second put replaces the object, and every call sees the new one',
    async run({ storage, signal, put, get, keys }) {
      let before = 0
      for (const [turn, length] of [50_000, 70_000, 3, 0, 65_536].entries()) {
        const content = patterned(length, turn + 1)
        const info = await put('a', content)
        sameBytes(await get('a'), content, 'the object after an overwrite')
        const stat = await storage.stat('a', signal)
        assert.ok(info.bytes === length, `put says ${info.bytes} bytes after an overwrite with ${length}`)
        assert.ok(stat?.bytes === length, `stat says ${stat?.bytes} bytes after an overwrite with ${length}`)
        const time = stat.modifiedAt.getTime()
        assert.ok(time >= before, 'the time of an object went back when it was overwritten')
        before = time
      }
      sameKeys(await keys(), ['a'], 'list after overwrites')
    },
  },
  {
    topic: 'objects',
    name: 'read after write',
    promise: 'as soon as a call has resolved, every other call sees what it did',
    async run({ storage, signal, put, get, keys }) {
      for (let turn = 0; turn < 10; turn++) {
        const key = `a/${turn}`
        await put(key, `content ${turn}`)
        const [stat, content, listed] = await Promise.all([storage.stat(key, signal), get(key), keys('a/')])
        assert.ok(stat !== undefined, 'stat does not know of an object right after put')
        sameBytes(content, `content ${turn}`, 'an object right after put')
        sameKeys(listed, [key], 'list right after put')
        await storage.remove(key, signal)
        const [gone, empty] = await Promise.all([storage.stat(key, signal), keys('a/')])
        assert.ok(gone === undefined, 'stat still knows of an object right after remove')
        sameKeys(empty, [], 'list right after remove')
      }
    },
  },
  {
    topic: 'objects',
    name: 'missing key',
    promise: 'get of a missing key fails with STORAGE_NOT_FOUND before any byte, and stat resolves undefined',
    async run({ storage, signal, put }) {
      await put('there/file', 'x')
      for (const key of ['a', 'a/b/c', 'ther', 'there/fil', 'there/file2', 'there/file/below', 'file']) {
        await failsWith('STORAGE_NOT_FOUND', `get(${quoted(key)})`, storage.get(key, { signal }))
        const stat = await storage.stat(key, signal)
        assert.ok(stat === undefined, `stat says that ${key} is there`)
      }
    },
  },
  {
    topic: 'objects',
    name: 'location',
    promise: 'location says where a person finds an object, without a secret',
    async run({ storage }) {
      const [whole, one, other] = ['', 'shop/a.dump', 'shop/b.dump'].map((key) => storage.location(key))
      assert.ok(whole !== undefined && whole !== '', 'location says nothing of the whole storage')
      assert.ok(one?.includes('shop/a.dump'), 'location does not name the key')
      assert.ok(one !== other, 'two objects have one location')
    },
  },
]
