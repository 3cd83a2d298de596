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
  let before = Promise.resolve()
  let writing = before
  try {
    for await (const chunk of body) {
      signal.throwIfAborted()
      offsets?.read(chunk)
      // Two at a time, so that the file never waits for this loop; what comes after them is got ready meanwhile.
      await before
      before = writing
      writing = writeAndFree(file, chunk, position)
      writing.catch(() => {})
      position += chunk.length
    }
    await before
    await writing
    for (const patch of offsets?.patches() ?? []) await writeAll(file, patch.bytes, patch.position)
  } finally {
    await Promise.allSettled([before, writing])
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
