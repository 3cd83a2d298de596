import { pipeline, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { constants, crc32, createZstdCompress, createZstdDecompress } from 'node:zlib'
import type { ObjectInfo, Storage } from '@holdfast/plugin'

/** With fewer backups than this a job has no pack: reading them one by one is quick. */
export const packedBackups = 100

/** What a pack may take at most once it is decompressed, and one line of it, in bytes. */
const mostBytes = 4 * 2 ** 30
const mostLineBytes = 64 << 20

/** How much is compressed at once, in characters. */
const blockCharacters = 256 << 10

const schemaVersion = 3
const newline = 0x0a
/** With these every line begins. */
const checksumDigits = 8

/** A small object and what was in it. */
export interface ReadObject {
  object: ObjectInfo
  content: Buffer
}

/** What a pack says of one object. */
interface PackedObject {
  key: string
  bytes: number
  modifiedAt: number
  text: string
}

/** What a pack has of the manifest and the verdicts of one backup. */
interface PackedBackup {
  base: string
  /** By key. */
  objects: ReadonlyMap<string, PackedObject>
}

/**
 * Reads the copies of small objects that the last run of a job left in one object, so that a listing of thousands of
 * backups is some requests and not thousands. They come backup by backup, as few as can be in memory. Where there is
 * no pack, or from where it can not be read on, nothing comes: it is a copy and says nothing that the objects
 * themselves do not say.
 */
export async function* readPack(
  storage: Storage,
  job: string,
  signal: AbortSignal,
): AsyncGenerator<PackedBackup, undefined> {
  try {
    const stored = await storage.get(packKey(job), { signal })
    const lines = linesOf(pipeline(stored, createZstdDecompress(), () => {}))
    const first = await lines.next()
    if (first.done === true) return
    const head = JSON.parse(first.value) as { schemaVersion: unknown }
    if (head.schemaVersion !== schemaVersion) return
    for await (const line of lines) yield parseLine(line)
  } catch {
    signal.throwIfAborted()
  }
}

async function* linesOf(stream: Readable): AsyncGenerator<string, undefined> {
  let rest: Buffer[] = []
  let restBytes = 0
  let total = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    total += chunk.length
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const line = chunk.subarray(start, end)
      yield unsealed(rest.length === 0 ? line : Buffer.concat([...rest, line]))
      rest = []
      restBytes = 0
      start = end + 1
    }
    restBytes += chunk.length - start
    if (total > mostBytes || restBytes > mostLineBytes) throw new RangeError('too long for a pack')
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
  return undefined
}

// The checksum of zstd stands behind the last line, and lines are believed as they come.
function sealed(text: string): string {
  return `${checksum(text)}${text}\n`
}

function unsealed(line: Buffer): string {
  const text = line.subarray(checksumDigits)
  if (line.toString('latin1', 0, checksumDigits) !== checksum(text)) throw new Error('a damaged line')
  return text.toString()
}

function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(checksumDigits, '0')
}

function parseLine(line: string): PackedBackup {
  const { base, objects } = JSON.parse(line) as { base: string; objects: PackedObject[] }
  return { base, objects: new Map(objects.map((object) => [object.key, object])) }
}

/** What was in those objects that the storage lists still with the same length and date, by key. */
export function contentsIn({ objects }: PackedBackup, listed: Iterable<ObjectInfo>): Map<string, Buffer> {
  const contents = new Map<string, Buffer>()
  for (const { key, bytes, modifiedAt } of listed) {
    const packed = objects.get(key)
    if (packed?.bytes !== bytes || packed.modifiedAt !== modifiedAt.getTime()) continue
    const content = Buffer.from(String(packed.text))
    if (content.length === bytes) contents.set(key, content)
  }
  return contents
}

/** A pack that is being made. */
export interface PackWriter {
  /** Takes the manifest and the verdicts of one backup. */
  add: (base: string, objects: readonly ReadObject[]) => Promise<void>
  /** Leaves the pack for the next listing. A storage that does not let it be replaced goes on without. */
  write(storage: Storage, job: string, signal: AbortSignal): Promise<void>
  /** Lets it go. Twice is fine. */
  discard(): void
}

/** Compresses what it is given in blocks, so that it holds little of it, however much it is. */
export function createPack(): PackWriter {
  const compressor = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  const compressed = buffer(compressor)
  compressed.catch(() => {})
  let block = sealed(JSON.stringify({ schemaVersion }))
  let writing = Promise.resolve()

  function writeBlock(): Promise<void> {
    const text = block
    block = ''
    writing = writing.then(() => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      compressor.write(text, (error) => (error ? reject(error) : resolve()))
      return promise
    })
    return writing
  }

  return {
    add: async (base, objects) => {
      const packed = objects.map(({ object: { key, bytes, modifiedAt }, content }): PackedObject => {
        return { key, bytes, modifiedAt: modifiedAt.getTime(), text: content.toString() }
      })
      block += sealed(JSON.stringify({ base, objects: packed }))
      if (block.length >= blockCharacters) await writeBlock()
    },
    write: async (storage, job, signal) => {
      try {
        await writeBlock()
        compressor.end()
        const bytes = await compressed
        const body = Readable.from([bytes], { objectMode: false })
        await storage.put(packKey(job), body, { signal, bytes: bytes.length })
      } catch {
        signal.throwIfAborted()
      }
    },
    discard: () => void compressor.destroy(),
  }
}

// No key of a backup has this shape, so nothing takes it for one.
function packKey(job: string): string {
  return `${job}/catalog.json.zst`
}
