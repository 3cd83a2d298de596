import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import {
  freeOwned,
  HoldfastError,
  type ObjectInfo,
  type PutOptions,
  type StoredObject,
} from '@holdfast/plugin'
import { makeDirectory, removeEmptyDirectories } from './directories.ts'
import { attempt, hasErrno } from './errors.ts'
import { findObject } from './find.ts'
import { flushAlong } from './flush-along.ts'
import { partialName, partsOf } from './keys.ts'
import { alreadyThere, create, replace } from './publish.ts'
import type { Root } from './root.ts'
import { syncDirectory } from './sync.ts'

/**
 * Writes to a temporary file beside the target, flushes it, checks its length, gives it its name in one step, and
 * flushes the directory. Whatever fails before the name is given removes the temporary file; the name itself is
 * never removed.
 */
export async function putObject(
  root: Root,
  key: string,
  body: Readable,
  options: PutOptions,
): Promise<StoredObject> {
  const { signal, ifAbsent = false } = options
  // Until it is read, an error of the body would have nobody to hear it.
  body.on('error', () => {})
  try {
    signal.throwIfAborted()
    addAbortSignal(signal, body)
    const names = partsOf(key)
    const name = names.pop() ?? ''
    // Before anything is written; publishing decides again.
    if ((await findObject(root, key)) !== undefined && ifAbsent) throw alreadyThere(`${root.path}/${key}`)
    const realRoot = await root.make()
    const { partial, directory, handle } = await openPartial(realRoot, names, name)
    const target = join(directory, name)
    try {
      const info = await writeWhole(handle, partial, key, body, options)
      signal.throwIfAborted()
      await (ifAbsent ? create(partial, target) : replace(partial, target, key))
      await syncDirectory(directory)
      return ifAbsent ? { ...info, createOnly: 'atomic' } : info
    } catch (error) {
      await handle.close().catch(() => {})
      await unlink(partial).catch(() => {})
      await removeEmptyDirectories(realRoot, names)
      throw error
    }
  } catch (error) {
    body.destroy()
    throw signal.aborted ? signal.reason : error
  }
}

// An empty directory can be swept away between its making and the first file in it.
async function openPartial(
  root: string,
  names: readonly string[],
  name: string,
): Promise<{ partial: string; directory: string; handle: FileHandle }> {
  for (let tries = 1; ; tries++) {
    let directory: string | undefined
    try {
      directory = await makeDirectory(root, names)
      const partial = join(directory, partialName(name))
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
      return {
        partial,
        directory,
        handle: await attempt('create', partial, () => open(partial, flags, 0o600)),
      }
    } catch (error) {
      if (tries < 100 && error instanceof HoldfastError && hasErrno(error.cause, 'ENOENT')) continue
      if (directory !== undefined) await removeEmptyDirectories(root, names)
      throw error
    }
  }
}

async function writeWhole(
  handle: FileHandle,
  path: string,
  key: string,
  body: Readable,
  { bytes: expected }: PutOptions,
): Promise<ObjectInfo> {
  let written = 0
  const flush = flushAlong(handle)
  for await (const chunk of body as AsyncIterable<Buffer | string>) {
    const data = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    written += data.length
    if (expected !== undefined && written > expected)
      throw wrongLength(key, `more than ${expected} bytes came`)
    await attempt('write', path, async () => {
      await writeAll(handle, data)
      flush.wrote(data.length)
    })
    freeOwned(data)
  }
  if (expected !== undefined && written !== expected) {
    throw wrongLength(key, `${written} bytes came, not ${expected}`)
  }
  return attempt('write', path, async () => {
    await flush.finish()
    const { size, mtime } = await handle.stat()
    await handle.close()
    if (size !== written) throw wrongLength(key, `${size} bytes are on the disk, not ${written}`)
    return { key, bytes: size, modifiedAt: mtime }
  })
}

async function writeAll(handle: FileHandle, data: Buffer): Promise<void> {
  for (let at = 0; at < data.length;) {
    const { bytesWritten } = await handle.write(data, at, data.length - at)
    at += bytesWritten
  }
}

function wrongLength(key: string, what: string): HoldfastError {
  return new HoldfastError('STORAGE_LENGTH', `${key}: ${what}`, { hint: 'Nothing was kept. Run again.' })
}
