import type { ObjectInfo, Storage } from '@holdfast/plugin'
import { parseKey, stampOf } from './keys.ts'

/** The objects of one backup, or of one that never came to be. */
export interface Group {
  job: string
  name: string
  /** The start of all its keys. */
  base: string
  /** By the end of its key. */
  parts: Map<string, ObjectInfo>
  /** When its newest object was written, by the storage's clock. */
  modifiedAt: Date
}

export interface Groups {
  /** Those with a manifest, the one that was started last first. */
  backups: Group[]
  orphans: Group[]
}

/** Lists what a storage holds of a job, or of all jobs. Objects that are not ours are passed over. */
export async function groupObjects(
  storage: Storage,
  job: string | undefined,
  signal: AbortSignal,
): Promise<Groups> {
  const groups = new Map<string, Group>()
  for await (const object of storage.list(job === undefined ? '' : `${job}/`, signal)) {
    const key = parseKey(object.key)
    if (key === undefined) continue
    const { part, ...names } = key
    let group = groups.get(key.base)
    if (group === undefined) {
      group = { ...names, parts: new Map(), modifiedAt: object.modifiedAt }
      groups.set(key.base, group)
    }
    group.parts.set(part, object)
    if (object.modifiedAt > group.modifiedAt) group.modifiedAt = object.modifiedAt
  }
  const all = [...groups.values()]
  const stamped = all
    .filter(({ parts }) => parts.has('manifest.json'))
    .map((group) => ({ group, stamp: stampOf(group.name) }))
  return {
    backups: stamped.toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1)).map(({ group }) => group),
    orphans: all.filter(({ parts }) => !parts.has('manifest.json')),
  }
}

export function keysOf({ parts }: Group): string[] {
  return [...parts.values()].map(({ key }) => key)
}
