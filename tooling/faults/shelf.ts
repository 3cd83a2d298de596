import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { JobStorage } from '@holdfast/core'
import local from '@holdfast/storage-local'

/** A place of backups: as Holdfast sees it, and as it is. */
export interface Shelf {
  /** As `--to` and `--from` have it. */
  address: string
  /** What a process must find in its environment to get there. */
  environment: Readonly<Record<string, string>>
  storage: JobStorage
  /** Everything that lies there, unfinished things too, without asking Holdfast; sorted. */
  files(): Promise<string[]>
  /** The bytes of an object, without asking Holdfast; undefined where there is none. */
  read(key: string): Promise<Buffer | undefined>
  /** Removes the whole of it. */
  remove(): Promise<void>
}

export function directoryShelf(directory: string): Shelf {
  const options = local.parseOptions({ path: directory })
  const context = { name: 'local', job: 'any', baseDirectory: '/' }
  return {
    address: directory,
    environment: {},
    storage: { name: 'local', plugin: 'local', instance: local.create(options, context) },
    files: () => filesBelow(directory),
    read: (key) => readFile(join(directory, key)).catch(() => undefined),
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

async function filesBelow(directory: string): Promise<string[]> {
  const there = await stat(directory).catch(() => undefined)
  if (there === undefined) return []
  const entries = await readdir(directory, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted()
}
