import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { hasCode, HoldfastError, type ObjectInfo } from '@holdfast/plugin'
import { type Animal, faulty, listAll, listing, store, streamOf } from './animal.test.data.ts'

const pageObjects = 100

/** Faults of reading, listing and removing. */
export const readers: readonly Animal[] = [
  faulty('check', 'writes to find out whether it can', (honest) => ({
    check: async () => {
      store(honest, '.probe', Buffer.from('x'))
      return {}
    },
  })),
  faulty('overwrite', 'remembers what stat once said', (honest) => {
    const known = new Map<string, ObjectInfo>()
    return {
      stat: async (key, signal) => {
        const info = known.get(key) ?? (await honest.stat(key, signal))
        if (info) known.set(key, info)
        return honest.objects.has(key) ? info : undefined
      },
    }
  }),
  faulty('read after write', 'lists from a copy that lags', (honest) => {
    let copy: ObjectInfo[] = []
    return {
      async *list(prefix) {
        const lagging = copy
        copy = await listAll(honest)
        yield* lagging.filter(({ key }) => key.startsWith(prefix))
      },
    }
  }),
  faulty('missing key', 'gives an empty stream for a missing key', (honest) => ({
    get: async (key, options) =>
      honest.objects.has(key) ? honest.get(key, options) : streamOf(Buffer.alloc(0)),
  })),
  faulty('missing key', 'gives the missing key away in the stream only', (honest) => ({
    get: async (key, options) => {
      if (honest.objects.has(key)) return honest.get(key, options)
      return new Readable({
        read() {
          this.destroy(new HoldfastError('STORAGE_NOT_FOUND', key))
        },
      })
    },
  })),
  faulty('missing key', 'throws when stat finds nothing', (honest) => ({
    stat: async (key, signal) => {
      const info = await honest.stat(key, signal)
      if (info === undefined) throw new HoldfastError('STORAGE_NOT_FOUND', key)
      return info
    },
  })),
  faulty('missing key', 'finds what only begins like the key', (honest) => ({
    stat: async (key, signal) => {
      for await (const info of honest.list(key, signal)) return { ...info, key }
      return undefined
    },
  })),
  faulty('ranges', 'leaves out the last byte of a range', (honest) => ({
    get: (key, { range, ...options }) =>
      honest.get(
        key,
        range ? { ...options, range: { ...range, end: Math.max(range.start, range.end - 1) } } : options,
      ),
  })),
  faulty('ranges', 'gives everything whatever range was asked for', (honest) => ({
    get: (key, { signal }) => honest.get(key, { signal }),
  })),
  faulty('out of range', 'cuts a range to what there is', (honest) => ({
    get: async (key, { range, ...options }) => {
      const bytes = await buffer(await honest.get(key, options))
      return streamOf(range ? bytes.subarray(range.start, range.end + 1) : bytes)
    },
  })),
  faulty(
    'prefixes',
    'treats prefixes loosely',
    listing((infos, prefix) => infos.filter(({ key }) => key.startsWith(prefix.replace(/\/$/, '')))),
  ),
  faulty(
    'prefixes',
    'takes a prefix for a directory only',
    listing((infos, prefix) =>
      infos.filter(
        ({ key }) => prefix === '' || key.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
      ),
    ),
  ),
  faulty(
    'prefixes',
    'takes a prefix for a pattern',
    listing((infos, prefix) => {
      const pattern = new RegExp(`^${prefix.replaceAll('*', '.*').replaceAll('\\', '')}`)
      return infos.filter(({ key }) => pattern.test(key))
    }),
  ),
  faulty(
    'more than one page',
    'lists one page only',
    listing((infos, prefix) => infos.filter(({ key }) => key.startsWith(prefix)).slice(0, pageObjects)),
    { capabilities: { pageObjects } },
  ),
  faulty(
    'more than one page',
    'lists the last object of a page twice',
    listing((infos, prefix) =>
      infos
        .filter(({ key }) => key.startsWith(prefix))
        .flatMap((info, index) => (index % pageObjects === pageObjects - 1 ? [info, info] : [info])),
    ),
    { capabilities: { pageObjects } },
  ),
  faulty(
    'hostile prefixes',
    'lists what is above',
    listing((infos, prefix) => {
      const plain = prefix.replace(/^(\.\.?\/)+|^\//, '')
      return infos.filter(({ key }) => key.startsWith(plain))
    }),
  ),
  faulty('double remove', 'fails when it removes twice', (honest) => ({
    remove: async (key, signal) => {
      if (!honest.objects.has(key)) throw new HoldfastError('STORAGE_NOT_FOUND', key)
      await honest.remove(key, signal)
    },
  })),
  faulty('neighbours', 'removes everything that begins like the key', (honest) => ({
    remove: async (key) => {
      for (const one of honest.objects.keys()) if (one.startsWith(key)) honest.objects.delete(one)
    },
  })),
  faulty('memory of a get', 'collects an object before it gives a byte', (honest) => ({
    get: async (key, options) => streamOf(Buffer.from(await buffer(await honest.get(key, options)))),
  })),
  faulty('memory of a put', 'collects a body before it stores a byte', () => ({}), {
    capabilities: { inMemory: false },
  }),
  faulty(
    'cancelled calls',
    'takes a cancelled removal for an error of its own, having removed',
    (honest) => ({
      remove: async (key, signal) => {
        honest.objects.delete(key)
        signal.throwIfAborted()
      },
    }),
  ),
  faulty('out of range', 'answers a range outside with the wrong error', (honest) => ({
    get: (key, options) =>
      honest.get(key, options).catch((error: unknown) => {
        throw hasCode(error, 'STORAGE_RANGE') ? new HoldfastError('STORAGE_FAILED', '416') : error
      }),
  })),
]
