import type { CopyFacts, StoredObject } from '@holdfast/plugin'
import type { JobStorage } from './job.ts'

/** What a storage said of one object when it stored it. */
export interface StorageWord {
  storage: JobStorage
  said: StoredObject
}

/** What each storage said of its copy, for the manifest. */
export function copyFacts(storages: readonly JobStorage[], words: readonly StorageWord[]): CopyFacts[] {
  return storages.map(({ name, plugin }) => {
    const own = words.filter(({ storage }) => storage.name === name).map(({ said }) => said)
    const createOnly = weakest(own)
    return {
      storage: name,
      plugin,
      ...(createOnly !== undefined && { createOnly }),
      checksums: Object.fromEntries(
        own.flatMap(({ key, checksum }) => (checksum === undefined ? [] : [[key, checksum]])),
      ),
    }
  })
}

/** What its create-only writes are worth together: no more than the weakest of them. */
function weakest(objects: readonly StoredObject[]): CopyFacts['createOnly'] {
  const said = objects.map(({ createOnly }) => createOnly)
  if (said.length === 0 || said.includes(undefined)) return undefined
  return said.includes('checked') ? 'checked' : 'atomic'
}
