import type { Storage } from '@holdfast/plugin'
import type { JobStorage } from '../job.ts'

type Storages = readonly [JobStorage, ...JobStorage[]]

/** Storages that remember what is stored through them. */
export interface TrackedStorages {
  storages: Storages
  /**
   * Does the work; if it fails, removes every object that was stored through these storages and nothing else, the
   * newest first, so that a manifest goes before its data. What can not be removed in time is an orphan, which the
   * next run sweeps.
   */
  undoneOnError<Result>(timeoutMs: number, work: () => Promise<Result>): Promise<Result>
}

/** Lets a run take back what it wrote. */
export function trackWrites([primary, ...others]: Storages): TrackedStorages {
  const written: { storage: Storage; key: string }[] = []
  const tracked = (storage: JobStorage): JobStorage => ({
    ...storage,
    instance: track(storage.instance, (key) => written.push({ storage: storage.instance, key })),
  })
  return {
    storages: [tracked(primary), ...others.map(tracked)],
    undoneOnError: async (timeoutMs, work) => {
      try {
        return await work()
      } catch (error) {
        const signal = AbortSignal.timeout(timeoutMs)
        for (const { storage, key } of written.toReversed()) await storage.remove(key, signal).catch(() => {})
        throw error
      }
    },
  }
}

function track(storage: Storage, onWritten: (key: string) => void): Storage {
  return {
    check: (signal) => storage.check(signal),
    put: async (key, body, options) => {
      const info = await storage.put(key, body, options)
      onWritten(key)
      return info
    },
    get: (key, options) => storage.get(key, options),
    stat: (key, signal) => storage.stat(key, signal),
    list: (prefix, signal) => storage.list(prefix, signal),
    remove: (key, signal) => storage.remove(key, signal),
    location: (key) => storage.location(key),
    removeUnfinished: async (prefix, before, signal) =>
      (await storage.removeUnfinished?.(prefix, before, signal)) ?? 0,
  }
}
