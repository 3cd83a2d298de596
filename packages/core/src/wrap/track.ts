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
  /** Removes in the same way what was stored in all but these storages. Never rejects. */
  undoneExceptIn(storages: readonly JobStorage[], timeoutMs: number): Promise<void>
}

interface Written {
  storage: JobStorage
  key: string
}

/** Lets a run take back what it wrote. */
export function trackWrites([primary, ...others]: Storages): TrackedStorages {
  const written: Written[] = []
  const tracked = (storage: JobStorage): JobStorage => ({
    ...storage,
    instance: track(storage.instance, (key) => written.push({ storage, key })),
  })
  return {
    storages: [tracked(primary), ...others.map(tracked)],
    undoneOnError: async (timeoutMs, work) => {
      try {
        return await work()
      } catch (error) {
        await undo(written, timeoutMs)
        throw error
      }
    },
    undoneExceptIn: (storages, timeoutMs) => {
      const names = new Set(storages.map(({ name }) => name))
      return undo(
        written.filter(({ storage }) => !names.has(storage.name)),
        timeoutMs,
      )
    },
  }
}

/** In every storage at the same time, so that one that does not answer keeps no other from being cleaned. */
async function undo(written: readonly Written[], timeoutMs: number): Promise<void> {
  if (written.length === 0) return
  const signal = AbortSignal.timeout(timeoutMs)
  const removals = [...Map.groupBy(written, ({ storage }) => storage.name).values()].map(async (own) => {
    for (const { storage, key } of own.toReversed())
      await storage.instance.remove(key, signal).catch(() => {})
  })
  await Promise.all(removals)
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
