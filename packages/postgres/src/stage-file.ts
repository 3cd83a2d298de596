import { open } from 'node:fs/promises'
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
  try {
    for await (const chunk of body) {
      signal.throwIfAborted()
      await file.writeFile(chunk)
      offsets?.read(chunk)
      freeOwned(chunk)
    }
    for (const { position, bytes } of offsets?.patches() ?? [])
      await file.write(bytes, 0, bytes.length, position)
  } finally {
    await file.close()
  }
}
