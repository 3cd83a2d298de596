import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { findDirectory } from './directories.ts'
import { attemptIfThere, invalidKey } from './errors.ts'
import { partsOf } from './keys.ts'
import type { Root } from './root.ts'

/** An object that is there. */
export interface FoundObject {
  /** The real path of the storage. */
  root: string
  /** The names of the directories below the root. */
  directories: string[]
  path: string
  stats: Stats
}

/** Undefined where nothing is there. Refuses what is no regular file, and what a symbolic link leads to. */
export async function findObject(root: Root, key: string): Promise<FoundObject | undefined> {
  const directories = partsOf(key)
  const name = directories.pop() ?? ''
  const realRoot = await root.find()
  if (realRoot === undefined) return undefined
  const directory = await findDirectory(realRoot, directories)
  if (directory === undefined) return undefined
  const path = join(directory, name)
  const stats = await attemptIfThere('look at', path, () => lstat(path))
  if (stats === undefined) return undefined
  if (!stats.isFile()) throw notAFile(key, stats)
  return { root: realRoot, directories, path, stats }
}

export function notAFile(key: string, stats: Stats): Error {
  const kind = stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symbolic link' : 'device or pipe'
  return invalidKey(key, `is not an object: a ${kind} has its name`)
}
