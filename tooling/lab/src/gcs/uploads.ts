import { randomUUID } from 'node:crypto'
import { Refusal } from './answers.ts'
import { checksumText, type Draft, type GcsAttributes, type GcsObject, type Objects } from './objects.ts'

/** What the service keeps of a chunk that does not end an upload is a multiple of this, in bytes. */
const quantumBytes = 262_144

/** A resumable upload. A finished one goes on telling of its object, and a cancelled one that it was cancelled. */
interface Session {
  id: string
  name: string
  attributes: GcsAttributes
  ifGenerationMatch: string | undefined
  draft: Draft
  finished?: GcsObject
  cancelled: boolean
}

/** What became of a chunk: an object, or how many bytes there are so far. */
export type Progress = { object: GcsObject } | { persistedBytes: number }

export interface Uploads {
  readonly all: ReadonlyMap<string, Session>
  /** A condition that does not hold refuses the upload before its first byte, and again at its end. */
  start: (name: string, attributes: GcsAttributes, ifGenerationMatch?: string) => Session
  find: (id: string) => Session
  probe: (session: Session) => Progress
  put: (session: Session, contentRange: string, bytes: Buffer, checksum?: string) => Progress
  /** Keeps what came of a chunk before its connection broke. */
  keepPart: (session: Session, contentRange: string, bytes: Buffer) => void
  cancel: (session: Session) => void
}

export function createUploads(objects: Objects): Uploads {
  const all = new Map<string, Session>()

  const probe = (session: Session): Progress => {
    verifyOpen(session)
    return session.finished === undefined
      ? { persistedBytes: session.draft.bytes }
      : { object: session.finished }
  }

  function append({ draft }: Session, start: number, bytes: Buffer, whole: boolean): void {
    if (start > draft.bytes) {
      throw new Refusal(
        400,
        'badRequest',
        `Invalid request. The upload offset is ${start}, past the ${draft.bytes} bytes that are there.`,
      )
    }
    const isNew = bytes.subarray(draft.bytes - start)
    const end = draft.bytes + isNew.length
    const keptBytes = whole ? isNew.length : Math.max(0, end - (end % quantumBytes) - draft.bytes)
    objects.append(draft, isNew.subarray(0, keptBytes))
  }

  return {
    all,
    start: (name, attributes, ifGenerationMatch) => {
      // What is held or retained is refused only by the last chunk, as the service does.
      if (ifGenerationMatch !== undefined) {
        const before = objects.all.get(name)?.generation ?? '0'
        if (before !== ifGenerationMatch) objects.verifyReplaceable(name, ifGenerationMatch)
      }
      const session: Session = {
        id: randomUUID(),
        name,
        attributes,
        ifGenerationMatch,
        draft: objects.newDraft(),
        cancelled: false,
      }
      all.set(session.id, session)
      return session
    },
    find: (id) => {
      const session = all.get(id)
      if (session === undefined) throw new Refusal(404, 'notFound', 'Upload ID not found.')
      return session
    },
    probe,
    put: (session, contentRange, bytes, checksum) => {
      verifyOpen(session)
      if (session.finished !== undefined) return { object: session.finished }
      const { start, end, total } = parseRange(contentRange)
      if (start !== undefined) {
        if (end - start + 1 !== bytes.length) {
          throw new Refusal(400, 'badRequest', `${contentRange} came with ${bytes.length} bytes`)
        }
        append(session, start, bytes, total === end + 1)
      }
      const { draft } = session
      if (total === undefined || draft.bytes < total) return { persistedBytes: draft.bytes }
      if (draft.bytes > total) throw new Refusal(400, 'badRequest', `${draft.bytes} bytes came, not ${total}`)
      const wanted = /crc32c=([^,]+)/.exec(checksum ?? '')?.[1]
      if (wanted !== undefined && wanted !== checksumText(draft.crc32c)) {
        throw new Refusal(
          400,
          'invalid',
          `Provided CRC32C "${wanted}" doesn't match calculated CRC32C "${checksumText(draft.crc32c)}".`,
        )
      }
      session.finished = objects.publish(session.name, draft, session.attributes, session.ifGenerationMatch)
      return { object: session.finished }
    },
    keepPart: (session, contentRange, bytes) => {
      const { start } = parseRange(contentRange)
      if (start !== undefined && session.finished === undefined && !session.cancelled)
        append(session, start, bytes, false)
    },
    cancel: (session) => {
      verifyOpen(session)
      if (session.finished !== undefined) return
      session.cancelled = true
      objects.drop(session.draft)
    },
  }
}

function verifyOpen({ cancelled }: Session): void {
  if (cancelled) throw new Refusal(499, 'uploadCancelled', 'The upload was cancelled.')
}

/** `bytes 0-99/*`, `bytes 100-199/200`, or for an upload that ends without more bytes, `bytes *\/200`. */
function parseRange(text: string): { start?: number; end: number; total?: number } {
  const [, start, end, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(text) ?? []
  if (total === undefined) throw new Refusal(400, 'badRequest', `Content-Range is ${text}`)
  return {
    ...(start !== undefined && { start: Number(start) }),
    end: Number(end ?? 0),
    ...(total !== '*' && { total: Number(total) }),
  }
}
