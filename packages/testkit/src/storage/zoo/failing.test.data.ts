import { setTimeout as sleep } from 'node:timers/promises'
import { HoldfastError, type Storage } from '@holdfast/plugin'
import type { MemoryStorage } from '../../memory-storage.ts'
import { type Animal, collect, faulty, store } from './animal.test.data.ts'

/** Faults of what is done when a put fails or is cancelled. */
export const failers: readonly Animal[] = [
  faulty('wrong length', 'stores a body that is too short', (honest) => ({
    put: (key, body, { signal, ifAbsent = false }) => honest.put(key, body, { signal, ifAbsent }),
  })),
  faulty('wrong length', 'notices the wrong length once it is stored', (honest) => ({
    put: async (key, body, { signal, bytes }) => {
      const info = await honest.put(key, body, { signal })
      if (bytes !== undefined && bytes !== info.bytes) throw new HoldfastError('STORAGE_LENGTH', 'wrong')
      return info
    },
  })),
  faulty('source dies', 'stores what came before the source died', (honest) => ({
    put: async (key, body) => {
      const { bytes, error } = await collect(body)
      store(honest, key, bytes)
      if (error) throw error
      return { key, bytes: bytes.length, modifiedAt: new Date() }
    },
  })),
  faulty('source dies', 'swallows errors', (honest) => ({
    put: (key, body, options) =>
      honest.put(key, body, options).catch(() => ({ key, bytes: 0, modifiedAt: new Date() })),
  })),
  faulty('source dies', 'deletes the final key on error', (honest) => ({
    put: (key, body, options) =>
      honest.put(key, body, options).catch((error: unknown) => {
        honest.objects.delete(key)
        throw error
      }),
  })),
  faulty('source dies', 'hides why the source died', (honest) => ({
    put: (key, body, options) =>
      honest.put(key, body, options).catch(() => {
        throw new HoldfastError('STORAGE_FAILED', 'upload failed')
      }),
  })),
  faulty('source closes', 'takes a close for an end', (honest) => ({
    put: async (key, body, options) => {
      options.signal.throwIfAborted()
      const { bytes, error } = await collect(body)
      if (error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')
        return store(honest, key, bytes)
      if (error) throw error
      return store(honest, key, bytes)
    },
  })),
  faulty('source is dead', 'waits for ever for a source that is dead', (honest) => ({
    put: (key, body, options) => (body.destroyed ? new Promise(() => {}) : honest.put(key, body, options)),
  })),
  faulty('unfinished is unseen', 'shows an object while it is written', (honest) => ({
    put: async (key, body, options) => {
      const before = honest.objects.get(key)
      try {
        store(honest, key, Buffer.alloc(0))
        return await honest.put(key, body, { ...options, ifAbsent: false })
      } catch (error) {
        if (before === undefined) honest.objects.delete(key)
        else honest.objects.set(key, before)
        throw error
      }
    },
  })),
  faulty('cancelled put', 'stores on abort', (honest) => ({
    put: async (key, body, options) => {
      const chunks: Buffer[] = []
      body.on('data', (chunk: Buffer) => chunks.push(chunk))
      options.signal.addEventListener('abort', () => store(honest, key, Buffer.concat(chunks)))
      return honest.put(key, body, options)
    },
  })),
  faulty('cancelled put', 'does not hear that it is cancelled', (honest) => ({
    put: (key, body, options) => honest.put(key, body, { ...options, signal: new AbortController().signal }),
  })),
  faulty('cancelled at the end', 'says that it was cancelled, and stores all the same', (honest) => ({
    put: async (key, body, options) => {
      const { bytes, error } = await collect(body)
      if (error) throw error
      const storing = sleep(5).then(() => store(honest, key, bytes))
      await Promise.race([storing, aborted(options.signal)])
      return storing
    },
  })),
  ...(['check', 'stat', 'remove', 'list', 'get'] as const).map((call) =>
    faulty('cancelled calls', `does not look at the signal of ${call}`, (honest) => ({
      [call]: deaf(honest)[call],
    })),
  ),
  faulty('cancelled reads', 'ends a stream well that was cancelled', (honest) => ({
    get: async (key, options) => {
      options.signal.throwIfAborted()
      const stream = await honest.get(key, { ...options, signal: new AbortController().signal })
      options.signal.addEventListener('abort', () => stream.push(null))
      return stream
    },
  })),
  faulty('cancelled listings', 'goes on listing when it is cancelled', (honest) => ({
    list: (prefix, signal) => honest.list(prefix, signal.aborted ? signal : new AbortController().signal),
  })),
  faulty(
    'nothing is left',
    'leaves its temporary file when it fails',
    (honest) => ({
      put: (key, body, options) =>
        honest.put(key, body, options).catch((error: unknown) => {
          leftBehind.push(key)
          throw error
        }),
    }),
    { leftovers: async () => leftBehind },
  ),
]

const leftBehind: string[] = []

function deaf(honest: MemoryStorage): Pick<Storage, 'check' | 'stat' | 'remove' | 'list' | 'get'> {
  const { signal } = new AbortController()
  return {
    check: () => honest.check(signal),
    stat: (key) => honest.stat(key, signal),
    remove: (key) => honest.remove(key, signal),
    list: (prefix) => honest.list(prefix, signal),
    get: (key, options) => honest.get(key, { ...options, signal }),
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
}
