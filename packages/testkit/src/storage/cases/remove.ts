import assert from 'node:assert/strict'
import { failsWith, orRefused, quoted, sameBytes, sameKeys } from '../assertions.ts'
import type { StorageCase } from '../case.ts'

export const removeCases: readonly StorageCase[] = [
  {
    topic: 'removing',
    name: 'double remove',
    promise: 'removing what is gone, or what never was, is fine',
    async run({ storage, signal, put, keys }) {
      await put('a/b', 'x')
      await storage.remove('a/b', signal)
      await storage.remove('a/b', signal)
      await storage.remove('never/there', signal)
      await put('a/b', 'x')
      await Promise.all(Array.from({ length: 5 }, () => storage.remove('a/b', signal)))
      const stat = await storage.stat('a/b', signal)
      assert.ok(stat === undefined, 'stat knows of an object that was removed')
      await failsWith(
        'STORAGE_NOT_FOUND',
        'get of an object that was removed',
        storage.get('a/b', { signal }),
      )
      sameKeys(await keys(), [], 'list after remove')
    },
  },
  {
    topic: 'removing',
    name: 'neighbours',
    promise: 'remove takes away one object and nothing else',
    async run({ storage, signal, put, get, keys }) {
      const names = ['foo', 'foo2', 'foo.sha256', 'fo', 'bar/foo', 'baz/a/b']
      await Promise.all(names.map((key) => put(key, key)))
      for (const key of ['foo', 'ba', 'bar/', 'baz/a', 'f*']) {
        // What could not be stored may be refused, as long as nothing happens.
        await orRefused(`remove(${quoted(key)})`, storage.remove(key, signal))
      }
      const left = names.filter((key) => key !== 'foo')
      sameKeys(await keys(), left, 'list after remove of a neighbour')
      for (const key of left) sameBytes(await get(key), key, key)
    },
  },
]
