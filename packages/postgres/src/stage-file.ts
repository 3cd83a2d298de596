import { type FileHandle, open } from 'node:fs/promises'
import { type DumpFormat, freeOwned } from '@holdfast/plugin'
import { findOffsets } from './archive-offsets.ts'

/**
 * Writes a dump to a new file, for its owner alone. An archive that came through a pipe gets what pg_dump could not
 * write down: where each table's data begins. Frees what is marked as owned.
 */
export async function stageFile(
  body: AsyncIterable<Buffer>,
  path: string,
  { format }: { format: DumpFormat },
  signal: AbortSignal,
): Promise<void> {
  const offsets = format === 'custom' ? findOffsets() : undefined
  const file = await open(path, 'wx', 0o600)
  let position = 0
  let writing = Promise.resolve()
  try {
    for await (const chunk of body) {
      signal.throwIfAborted()
      offsets?.read(chunk)
      // One at a time, since the next would only wait for the file; what comes next is got ready meanwhile.
      await writing
      writing = writeAndFree(file, chunk, position)
      writing.catch(() => {})
      position += chunk.length
    }
    await writing
    for (const patch of offsets?.patches() ?? []) await writeAll(file, patch.bytes, patch.position)
  } finally {
    await writing.catch(() => {})
    await file.close()
  }
}

async function writeAndFree(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  await writeAll(file, chunk, position)
  freeOwned(chunk)
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at)
    at += bytesWritten
  }
}
