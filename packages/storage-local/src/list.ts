import type { Dirent, Stats } from 'node:fs'
import { lstat, opendir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectInfo } from '@holdfast/plugin'
import { findDirectory, removeEmptyDirectories } from './directories.ts'
import { attempt, attemptIfThere } from './errors.ts'
import { finishedName, isPartial, isUsable, partsOf } from './keys.ts'
import type { Root } from './root.ts'

interface Found {
  /** The directories above it, below the root. */
  directories: string[]
  name: string
  path: string
}

/** Every object whose key starts with the prefix. What comes or goes meanwhile may be in it or not. */
export async function* listObjects(
  root: Root,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectInfo> {
  for await (const { directories, name, path } of filesBelow(root, prefix, signal)) {
    const key = [...directories, name].join('/')
    if (isPartial(name) || !key.startsWith(prefix)) continue
    const file = await statFile(path)
    if (file !== undefined) yield { key, bytes: file.size, modifiedAt: file.mtime }
  }
}

/** Removes unfinished files for keys with the prefix that were last written to before the given time. */
export async function removeUnfinished(
  root: Root,
  prefix: string,
  before: Date,
  signal: AbortSignal,
): Promise<number> {
  const realRoot = await root.find()
  let removed = 0
  for await (const { directories, name, path } of filesBelow(root, prefix, signal)) {
    const finished = finishedName(name)
    if (finished === undefined || ![...directories, finished].join('/').startsWith(prefix)) continue
    const file = await statFile(path)
    if (file === undefined || file.mtime >= before) continue
    await attemptIfThere('remove', path, () => unlink(path))
    if (realRoot !== undefined) await removeEmptyDirectories(realRoot, directories)
    removed++
  }
  return removed
}

/** Regular files, in no order; symbolic links are neither given nor followed. */
async function* filesBelow(root: Root, prefix: string, signal: AbortSignal): AsyncGenerator<Found> {
  signal.throwIfAborted()
  const slash = prefix.lastIndexOf('/')
  const start = slash === -1 ? [] : partsOf(prefix.slice(0, slash))
  const realRoot = await root.find()
  if (realRoot === undefined || (await findDirectory(realRoot, start)) === undefined) return
  yield* filesIn(realRoot, start, prefix, signal)
}

async function* filesIn(
  root: string,
  directories: string[],
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const path = join(root, ...directories)
  for await (const entry of entriesOf(path)) {
    signal.throwIfAborted()
    const name = nameOf(entry)
    if (name === undefined) continue
    if (entry.isFile()) yield { directories, name, path: join(path, name) }
    else if (entry.isDirectory() && !isSystemDirectory(directories, name)) {
      const inner = [...directories, name]
      const key = `${inner.join('/')}/`
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* filesIn(root, inner, prefix, signal)
    }
  }
}

// A directory that is gone by now has no entries.
async function* entriesOf(path: string): AsyncGenerator<Dirent<Buffer>> {
  // The types know only text; names are bytes, and text would hide which of them are none.
  const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 256 }
  const directory = await attemptIfThere('list', path, () => opendir(path, options))
  if (directory === undefined) return
  try {
    for (;;) {
      const entry = await attempt('list', path, () => directory.read())
      if (entry === null) return
      yield entry as unknown as Dirent<Buffer>
    }
  } finally {
    await directory.close()
  }
}

/** Undefined for a name that no key can have, so that every key in a listing can be read. */
function nameOf({ name }: Dirent<Buffer>): string | undefined {
  const text = name.toString()
  if (!Buffer.from(text).equals(name)) return undefined
  return isUsable(text) || isPartial(text) ? text : undefined
}

// At the top of every ext4 disk, and readable by root only.
function isSystemDirectory(directories: readonly string[], name: string): boolean {
  return directories.length === 0 && name === 'lost+found'
}

async function statFile(path: string): Promise<Stats | undefined> {
  const found = await attemptIfThere('look at', path, () => lstat(path))
  return found?.isFile() === true ? found : undefined
}
