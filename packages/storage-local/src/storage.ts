import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PluginContext, Storage, StorageStatus } from '@holdfast/plugin'
import { attempt } from './errors.ts'
import { listObjects, removeUnfinished } from './list.ts'
import type { LocalOptions } from './options.ts'
import { putObject } from './put.ts'
import { getObject, statObject } from './read.ts'
import { removeObject } from './remove.ts'
import { createRoot, type Root } from './root.ts'

/** Objects as files of mode 0600 in a directory tree of mode 0700. */
export function localStorage(
  options: LocalOptions,
  { baseDirectory }: Pick<PluginContext, 'baseDirectory'>,
): Storage {
  const root = createRoot(options, baseDirectory)
  return {
    check: (signal) => abortable(signal, () => check(root)),
    put: (key, body, putOptions) => putObject(root, key, body, putOptions),
    get: (key, getOptions) => abortable(getOptions.signal, () => getObject(root, key, getOptions)),
    stat: (key, signal) => abortable(signal, () => statObject(root, key)),
    list: (prefix, signal) => listObjects(root, prefix, signal),
    remove: (key, signal) => abortable(signal, () => removeObject(root, key)),
    location: (key) => (key === '' ? root.path : `${root.path}/${key}`),
    removeUnfinished: (prefix, before, signal) => removeUnfinished(root, prefix, before, signal),
  }
}

async function abortable<Result>(signal: AbortSignal, call: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted()
  return call()
}

async function check(root: Root): Promise<StorageStatus> {
  // Where it has not been made yet, it is the directory above that has to let it be made.
  const directory = (await root.find()) ?? dirname(root.path)
  const { R_OK, W_OK, X_OK } = constants
  await attempt('write to', directory, () => access(directory, R_OK | W_OK | X_OK))
  const { bavail, bsize } = await attempt('look at', directory, () => statfs(directory))
  return { freeBytes: bavail * bsize }
}
