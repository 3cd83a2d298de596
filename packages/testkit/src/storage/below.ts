import type { ObjectInfo, Storage } from '@holdfast/plugin'

/** The part of a storage below a prefix, as a storage of its own. */
export function below(storage: Storage, prefix: string): Storage {
  const own = <Info extends ObjectInfo>(info: Info): Info =>
    info.key.startsWith(prefix) ? { ...info, key: info.key.slice(prefix.length) } : info

  const part: Storage = {
    check: (signal) => storage.check(signal),
    put: async (key, body, options) => own(await storage.put(prefix + key, body, options)),
    get: (key, options) => storage.get(prefix + key, options),
    stat: async (key, signal) => {
      const info = await storage.stat(prefix + key, signal)
      return info && own(info)
    },
    async *list(start, signal) {
      for await (const info of storage.list(prefix + start, signal)) yield own(info)
    },
    remove: async (key, signal) => {
      // A storage that is wrong about such a key would remove something above the prefix.
      if (!isPlain(key) && !(await isListed(storage, prefix + key, signal))) return
      await storage.remove(prefix + key, signal)
    },
    location: (key) => storage.location(prefix + key),
  }
  if (storage.removeUnfinished !== undefined) {
    part.removeUnfinished = async (start, before, signal) =>
      (await storage.removeUnfinished?.(prefix + start, before, signal)) ?? 0
  }
  return part
}

function isPlain(key: string): boolean {
  return key.split('/').every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part))
}

async function isListed(storage: Storage, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const info of storage.list(key, signal)) if (info.key === key) return true
  } catch {
    // What can not be listed is not there to be removed.
  }
  return false
}
