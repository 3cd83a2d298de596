import type { FileHandle } from 'node:fs/promises'

const flushEveryBytes = 64 * 1024 * 1024

/** Flushes a file while it is written, one flush at a time, so that little is left for the last one. */
export interface FlushAlong {
  /** Says that more was written. Throws once a flush has failed: the system tells of that only once. */
  wrote(bytes: number): void
  /** Flushes the rest, with the file's length. Rejects if this or any flush before failed. */
  finish(): Promise<void>
}

export function flushAlong(handle: Pick<FileHandle, 'datasync' | 'sync'>): FlushAlong {
  let unflushedBytes = 0
  let running: Promise<void> | undefined
  let failure: { error: unknown } | undefined

  function throwIfFailed(): void {
    if (failure !== undefined) throw failure.error
  }

  return {
    wrote(bytes) {
      throwIfFailed()
      unflushedBytes += bytes
      if (running !== undefined || unflushedBytes < flushEveryBytes) return
      unflushedBytes = 0
      running = handle
        .datasync()
        .catch((error: unknown) => {
          failure = { error }
        })
        .finally(() => {
          running = undefined
        })
    },
    async finish() {
      await running
      throwIfFailed()
      await handle.sync()
    },
  }
}
