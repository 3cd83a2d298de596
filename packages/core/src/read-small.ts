import { hasCode, type Storage } from '@holdfast/plugin'

/** The whole of a small object as text. */
export async function readText(storage: Storage, key: string, signal: AbortSignal): Promise<string> {
  return (await readBytes(storage, key, signal)).toString()
}

/** The whole of a small object. */
export async function readBytes(storage: Storage, key: string, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await storage.get(key, { signal })) chunks.push(chunk as Buffer)
  const [only] = chunks
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)
}

/** Resolves undefined where the object is missing. */
export async function readIfThere(
  storage: Storage,
  key: string,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  try {
    return await readBytes(storage, key, signal)
  } catch (error) {
    if (hasCode(error, 'STORAGE_NOT_FOUND')) return undefined
    throw error
  }
}
