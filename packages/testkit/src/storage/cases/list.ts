import assert from 'node:assert/strict'
import { orRefused, quoted, sameBytes, sameKeys } from '../assertions.ts'
import type { StorageCase } from '../case.ts'
import { inParallel } from '../in-parallel.ts'

export const listCases: readonly StorageCase[] = [
  {
    topic: 'listings',
    name: 'parallel puts',
    promise: 'objects put at the same time are listed exactly, each with its own content',
    async run({ storage, signal, put, get, keys }) {
      const names = Array.from({ length: 40 }, (_, index) => `job-${index % 4}/${index % 3}/object-${index}`)
      await Promise.all(names.map((key) => put(key, key)))
      sameKeys(await keys(), names, 'list')
      await inParallel(names, async (key) => sameBytes(await get(key), key, key))
      for await (const info of storage.list('job-1/', signal)) {
        assert.ok(info.bytes === info.key.length, `list says ${info.bytes} bytes of ${info.key}`)
      }
    },
  },
  {
    topic: 'listings',
    name: 'prefixes',
    promise: 'list gives the keys that start with the prefix, as it is: foo/ does not give foobar',
    async run({ put, keys }) {
      const names = ['foo/a', 'foo/b/c', 'foobar/a', 'foobaz', 'fo', 'bar/foo/a', 'f.o/a', 'foo_/a']
      await Promise.all(names.map((key) => put(key, 'x')))
      for (const prefix of [
        '',
        'foo/',
        'foo',
        'foo/b',
        'foo/b/',
        'foo/a',
        'foo/a/',
        'f.o',
        'f',
        'nothing/',
      ]) {
        const expected = names.filter((key) => key.startsWith(prefix))
        sameKeys(await keys(prefix), expected, `list(${quoted(prefix)})`)
      }
    },
  },
  {
    topic: 'listings',
    name: 'more than one page',
    promise: 'list gives every object once, however many there are',
    async run({ put, keys, capabilities: { pageObjects } }) {
      const names = Array.from({ length: 2 * pageObjects + 1 }, (_, index) => `many/${index % 7}/${index}`)
      await inParallel(names, (key) => put(key, 'x'))
      sameKeys(await keys('many/'), names, 'list')
      sameKeys(
        await keys('many/3/'),
        names.filter((key) => key.startsWith('many/3/')),
        'list of a part',
      )
    },
  },
  {
    topic: 'listings',
    name: 'hostile prefixes',
    promise: 'a prefix that no key can have gives nothing or is refused with STORAGE_KEY_INVALID',
    async run({ put, keys }) {
      await put('a/b', 'x')
      for (const prefix of [
        '/',
        '../',
        '..',
        './',
        'a/../',
        'a//',
        'a/./',
        'a\0',
        'a\n',
        '\ud800',
        '%61/',
        'a*',
        '?/',
      ]) {
        const what = `list(${quoted(prefix)})`
        sameKeys((await orRefused(what, keys(prefix))) ?? [], [], what)
      }
    },
  },
]
