import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import type { ObjectInfo, Storage } from '@holdfast/plugin'

/** With fewer backups than this a job has no pack: reading them one by one is quick. */
export const packedBackups = 100

const mostBytes = 512 << 20

/** What a pack says of one object, and what was in it. */
interface PackedObject {
  bytes: number
  modifiedAt: number
  text: string
}

/** Manifests and verdicts of one job by their keys. */
export type Pack = ReadonlyMap<string, PackedObject>

/**
 * Reads the copies of small objects that the last run of a job left in one object, so that a listing of thousands of
 * backups is some requests and not thousands. Where there is none, or none that can be read, it is empty: it is a copy
 * and says nothing that the objects themselves do not say.
 */
export async function readPack(storage: Storage, job: string, signal: AbortSignal): Promise<Pack> {
  try {
    const stored = await buffer(await storage.get(packKey(job), { signal }))
    const json = await promisify(zstdDecompress)(stored, { maxOutputLength: mostBytes })
    const { schemaVersion, objects } = JSON.parse(json.toString()) as {
      schemaVersion: unknown
      objects: Record<string, PackedObject>
    }
    return new Map(schemaVersion === 1 ? Object.entries(objects) : [])
  } catch {
    signal.throwIfAborted()
    return new Map()
  }
}

/** What the pack has of an object; undefined unless the storage lists that very object still, with this length and date. */
export function packedIn(pack: Pack, { key, bytes, modifiedAt }: ObjectInfo): Buffer | undefined {
  const found = pack.get(key)
  if (found === undefined || found.bytes !== bytes || found.modifiedAt !== modifiedAt.getTime())
    return undefined
  const content = Buffer.from(String(found.text))
  return content.length === bytes ? content : undefined
}

/** Leaves the pack for the next listing. A storage that does not let it be replaced goes on without. */
export async function writePack(
  storage: Storage,
  job: string,
  read: readonly { object: ObjectInfo; content: Buffer }[],
  signal: AbortSignal,
): Promise<void> {
  const objects = Object.fromEntries(
    read.map(({ object: { key, bytes, modifiedAt }, content }): [string, PackedObject] => [
      key,
      { bytes, modifiedAt: modifiedAt.getTime(), text: content.toString() },
    ]),
  )
  const json = JSON.stringify({ schemaVersion: 1, objects })
  const packed = await promisify(zstdCompress)(json)
  const body = Readable.from([packed], { objectMode: false })
  try {
    await storage.put(packKey(job), body, { signal, bytes: packed.length })
  } catch {
    signal.throwIfAborted()
  }
}

// No key of a backup has this shape, so nothing takes it for one.
function packKey(job: string): string {
  return `${job}/catalog.json.zst`
}
