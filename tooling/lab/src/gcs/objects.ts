import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32c } from '@node-rs/crc32'
import { Refusal } from './answers.ts'

/** What a client may ask of an object, as the service calls it. */
export interface GcsAttributes {
  contentType?: string
  storageClass?: string
  kmsKeyName?: string
  temporaryHold?: boolean
  eventBasedHold?: boolean
  retention?: { mode: string; retainUntilTime: string }
  metadata?: Record<string, string>
}

export interface GcsObject {
  name: string
  generation: string
  bytes: number
  /** The file that has its bytes. */
  path: string
  /** Of the bytes as they came. */
  crc32c: number
  createdAt: Date
  attributes: GcsAttributes
}

/** Bytes that came, of an upload that may end as an object. */
export interface Draft {
  path: string
  bytes: number
  crc32c: number
}

export interface Objects {
  readonly all: ReadonlyMap<string, GcsObject>
  newDraft: () => Draft
  append: (draft: Draft, bytes: Buffer) => void
  drop: (draft: Draft) => void
  /** Makes the object, in one step, or refuses. */
  publish: (name: string, draft: Draft, attributes: GcsAttributes, ifGenerationMatch?: string) => GcsObject
  /** Refuses where an object may not be replaced. */
  verifyReplaceable: (name: string, ifGenerationMatch?: string) => void
  remove: (name: string) => void
  /** Changes the bytes behind the service's back. */
  damage: (name: string, change: (bytes: Buffer) => Buffer) => void
}

export function createObjects(directory: string): Objects {
  const all = new Map<string, GcsObject>()
  let drafts = 0
  // Generations are microseconds, and never the same.
  let generation = Date.now() * 1000

  const verifyReplaceable: Objects['verifyReplaceable'] = (name, ifGenerationMatch) => {
    const before = all.get(name)
    if (ifGenerationMatch !== undefined && ifGenerationMatch !== (before?.generation ?? '0')) {
      const message = 'At least one of the pre-conditions you specified did not hold.'
      throw new Refusal(412, 'conditionNotMet', message)
    }
    if (before !== undefined) verifyFree(before)
  }
  return {
    all,
    newDraft: () => {
      const draft = { path: join(directory, `draft-${drafts++}`), bytes: 0, crc32c: 0 }
      writeFileSync(draft.path, '')
      return draft
    },
    append: (draft, bytes) => {
      const file = openSync(draft.path, 'a')
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      closeSync(file)
      draft.bytes += bytes.length
      draft.crc32c = crc32c(bytes, draft.crc32c)
    },
    drop: ({ path }) => unlinkSync(path),
    publish: (name, draft, attributes, ifGenerationMatch) => {
      verifyReplaceable(name, ifGenerationMatch)
      const path = join(directory, `object-${++generation}`)
      renameSync(draft.path, path)
      const before = all.get(name)
      const object = {
        name,
        generation: String(generation),
        bytes: draft.bytes,
        path,
        crc32c: draft.crc32c,
        createdAt: new Date(),
        attributes,
      }
      all.set(name, object)
      if (before !== undefined) unlinkSync(before.path)
      return object
    },
    verifyReplaceable,
    remove: (name) => {
      const object = all.get(name)
      if (object === undefined) return
      verifyFree(object)
      all.delete(name)
      unlinkSync(object.path)
    },
    damage: (name, change) => {
      const object = all.get(name)
      if (object === undefined) throw new Error(`there is no ${name}`)
      const bytes = change(readFileSync(object.path))
      writeFileSync(object.path, bytes)
      object.bytes = bytes.length
    },
  }
}

function verifyFree({ name, attributes }: GcsObject): void {
  const { temporaryHold, eventBasedHold, retention } = attributes
  if (temporaryHold === true || eventBasedHold === true) {
    const hold = temporaryHold === true ? 'Temporary' : 'Event-Based'
    throw new Refusal(
      403,
      'forbidden',
      `Object '${name}' is under active ${hold} hold and cannot be deleted, overwritten or archived until hold is removed.`,
    )
  }
  if (retention !== undefined && new Date(retention.retainUntilTime) > new Date()) {
    throw new Refusal(
      403,
      'retentionPolicyNotMet',
      `Object '${name}' is subject to object retention and cannot be deleted or overwritten until ${retention.retainUntilTime}`,
    )
  }
}

/** The service's own description of an object. */
export function resourceOf(bucket: string, object: GcsObject): Record<string, unknown> {
  const { name, generation, bytes, createdAt, attributes } = object
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    name,
    bucket,
    generation,
    metageneration: '1',
    size: String(bytes),
    crc32c: checksumText(object.crc32c),
    timeCreated: createdAt.toISOString(),
    updated: createdAt.toISOString(),
    storageClass: 'STANDARD',
    ...attributes,
    ...(attributes.kmsKeyName !== undefined && {
      kmsKeyName: `${attributes.kmsKeyName}/cryptoKeyVersions/1`,
    }),
  }
}

export function checksumText(checksum: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(checksum)
  return bytes.toString('base64')
}
