import { HoldfastError, type Storage } from '@holdfast/plugin'

/**
 * A storage that nothing is written to or removed from: what a dry run, and a command that only looks, work with.
 * Goes right around the plugin's own storage, so that nothing outside it can get past.
 */
export function readOnly(storage: Storage): Storage {
  const refuse = (operation: string, key: string): Promise<never> =>
    Promise.reject(
      new HoldfastError(
        'STORAGE_READ_ONLY',
        `refused to ${operation} ${storage.location(key)}: this command only reads`,
        {
          hint: 'Nothing was changed. This is a defect in Holdfast; please report it.',
        },
      ),
    )
  return {
    check: (signal) => storage.check(signal),
    put: (key, body) => {
      body.destroy()
      return refuse('write', key)
    },
    get: (key, options) => storage.get(key, options),
    stat: (key, signal) => storage.stat(key, signal),
    list: (prefix, signal) => storage.list(prefix, signal),
    remove: (key) => refuse('remove', key),
    location: (key) => storage.location(key),
    removeUnfinished: (prefix) => refuse('clean up', prefix),
  }
}
