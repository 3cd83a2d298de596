import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import { callbackify } from 'node:util'
import { type GetOptions, HoldfastError, markOwned, type ObjectInfo } from '@holdfast/plugin'
import { attempt, attemptIfThere } from './errors.ts'
import { findObject } from './find.ts'
import type { Root } from './root.ts'

const readBytes = 1024 * 1024

export async function statObject(root: Root, key: string): Promise<ObjectInfo | undefined> {
  const found = await findObject(root, key)
  return found && { key, bytes: found.stats.size, modifiedAt: found.stats.mtime }
}

export async function getObject(root: Root, key: string, { signal, range }: GetOptions): Promise<Readable> {
  // Found before it is opened, because opening a device can do something, and a pipe can wait for ever.
  const path = (await findObject(root, key))?.path
  const handle = path === undefined ? undefined : await openFile(path)
  if (path === undefined || handle === undefined) {
    throw new HoldfastError('STORAGE_NOT_FOUND', `there is no ${root.path}/${key}`)
  }
  try {
    const { size } = await attempt('read', path, () => handle.stat())
    const { start, end } = range ?? { start: 0, end: size - 1 }
    const areWhole = Number.isSafeInteger(start) && Number.isSafeInteger(end)
    if (range !== undefined && !(areWhole && start >= 0 && start <= end && end < size)) {
      throw new HoldfastError(
        'STORAGE_RANGE',
        `bytes ${start} to ${end} of ${path} were asked for; it has ${size}`,
      )
    }
    signal.throwIfAborted()
    return addAbortSignal(signal, readFrom(handle, path, start, end))
  } catch (error) {
    await handle.close()
    throw error
  }
}

function openFile(path: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  return attemptIfThere('read', path, () => open(path, flags))
}

// Unlike a stream of node:fs, it fails in the family's own errors, and when the file turns out shorter than it was.
function readFrom(handle: FileHandle, path: string, start: number, end: number): Readable {
  let position = start
  return new Readable({
    highWaterMark: readBytes,
    read() {
      const length = Math.min(readBytes, end + 1 - position)
      if (length <= 0) {
        this.push(null)
        return
      }
      attempt('read', path, async () => {
        const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, position)
        if (bytesRead === 0) {
          throw new HoldfastError('STORAGE_LENGTH', `${path} ended at byte ${position}, before byte ${end}`)
        }
        position += bytesRead
        return markOwned(buffer.subarray(0, bytesRead))
      }).then(
        (bytes) => this.push(bytes),
        (error: unknown) => this.destroy(error as Error),
      )
    },
    destroy(error, callback) {
      callbackify(() => handle.close())((closing) => callback(error ?? closing))
    },
  })
}
