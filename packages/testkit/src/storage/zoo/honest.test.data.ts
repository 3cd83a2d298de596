import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type Storage } from '@holdfast/plugin'
import { type MemoryStorage, memoryStorage } from '../../memory-storage.ts'
import type { StorageUnderTest } from '../case.ts'
import type { Animal } from './animal.test.data.ts'

/** Storages without a fault, as unlike each other as honest ones may be. No case may complain. */
export const honestOnes: readonly Animal[] = [
  { name: 'stores any key', subject: () => whole(memoryStorage()), capabilities: { inMemory: true } },
  {
    name: 'refuses odd keys',
    subject: () => whole(strict(memoryStorage())),
    capabilities: { inMemory: true },
  },
  { name: 'is slow', subject: () => whole(slow(memoryStorage())), capabilities: { inMemory: true } },
  {
    name: 'admits what it can not',
    subject: () => ({ storage: limited(memoryStorage()) }),
    capabilities: { inMemory: true, createOnly: 'checked', distinctNames: false },
  },
]

/** With every hook, so that every case has something to say. */
function whole(storage: Storage): StorageUnderTest {
  const stranded = new Map<string, Date>()
  const removeUnfinished: Storage['removeUnfinished'] = async (prefix, before, signal) => {
    signal.throwIfAborted()
    const old = [...stranded].filter(([key, at]) => key.startsWith(prefix) && at < before)
    for (const [key] of old) stranded.delete(key)
    return old.length
  }
  return {
    storage: { ...storage, removeUnfinished },
    secrets: ['wJalrXUtnFEMI/K7MDENG'],
    strand: async (key) => stranded.set(key, new Date()),
    leftovers: async () => [...stranded.keys()],
    unusable: () => unavailable(),
  }
}

function unavailable(): Storage {
  const fail = (): Promise<never> =>
    Promise.reject(new HoldfastError('STORAGE_UNAVAILABLE', 'nothing answers'))
  const list: Storage['list'] = async function* () {
    yield await fail()
  }
  return { ...memoryStorage(), check: fail, put: fail, get: fail, stat: fail, remove: fail, list }
}

function strict(inner: MemoryStorage): Storage {
  const usable = (key: string): string => {
    const isUsable = key.split('/').every((part) => /^[\w.][\w .-]{0,254}$/.test(part) && !/^\.*$/.test(part))
    if (!isUsable) throw new HoldfastError('STORAGE_KEY_INVALID', `${JSON.stringify(key)} can not be stored`)
    return key
  }
  return {
    ...inner,
    put: async (key, body, options) => inner.put(usable(key), body, options),
    get: async (key, options) => inner.get(usable(key), options),
    stat: async (key, signal) => inner.stat(usable(key), signal),
    remove: async (key, signal) => inner.remove(usable(key), signal),
    async *list(prefix, signal) {
      if (prefix !== '') usable(`${prefix}x`)
      yield* inner.list(prefix, signal)
    },
  }
}

/** Every call takes a while, longer or shorter. */
function slow(inner: MemoryStorage): Storage {
  let turn = 0
  const late = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    await sleep(turn++ % 3)
    const result = await call()
    await sleep(turn++ % 3)
    return result
  }
  return {
    ...inner,
    check: (signal) => late(() => inner.check(signal)),
    // What is stored is answered for, so nothing may be waited for after it.
    put: async (key, body, options) => {
      await sleep(turn++ % 3)
      return inner.put(key, body, options)
    },
    get: (key, options) => late(() => inner.get(key, options)),
    stat: (key, signal) => late(() => inner.stat(key, signal)),
    remove: (key, signal) => late(() => inner.remove(key, signal)),
    async *list(prefix, signal) {
      await sleep(turn++ % 3)
      for await (const info of inner.list(prefix, signal)) {
        if (turn++ % 10 === 0) await sleep(1)
        signal.throwIfAborted()
        yield info
      }
    },
  }
}

/** Writes create-only by looking first, and takes names for one that differ in case. */
function limited(inner: MemoryStorage): Storage {
  const one = (key: string): string => key.toLowerCase()
  const original = new Map<string, string>()
  const own = (key: string): string => original.get(one(key)) ?? key
  return {
    ...inner,
    put: async (key, body, options) => {
      if (options.ifAbsent === true && inner.objects.has(own(key))) {
        body.destroy()
        throw new HoldfastError('STORAGE_EXISTS', `${key} is there`)
      }
      await sleep(1)
      const info = await inner.put(own(key), body, { ...options, ifAbsent: false })
      original.set(one(key), info.key)
      return { ...info, key, ...(options.ifAbsent === true && { createOnly: 'checked' as const }) }
    },
    get: (key, options) => inner.get(own(key), options),
    stat: (key, signal) => inner.stat(own(key), signal),
    remove: (key, signal) => inner.remove(own(key), signal),
  }
}
