import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { storageSuite } from '@holdfast/testkit'
import { describe, it } from 'vitest'
import { isPartial, partialName } from './keys.ts'
import { localStorage } from './storage.ts'

storageSuite({
  it,
  describe,
  // One read of a file. Other systems mostly have disks that take a and A for one.
  capabilities: { partBytes: 1_048_576, distinctNames: process.platform === 'linux' },
  async create() {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-conformance-'))
    return {
      storage: localStorage({ path: directory }, { baseDirectory: directory }),
      cleanup: () => rm(directory, { recursive: true }),
      leftovers: () => leftovers(directory),
      strand: async (key) => {
        const path = join(directory, dirname(key), partialName(key.split('/').pop() ?? ''))
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, 'half')
      },
      unusable: () => localStorage({ path: 'disk/backups', mount: 'disk' }, { baseDirectory: directory }),
    }
  },
})

/** Temporary files, and directories with nothing in them. */
async function leftovers(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const parents = new Set(entries.map(({ parentPath }) => parentPath))
  return entries
    .filter((entry) =>
      entry.isDirectory() ? !parents.has(join(entry.parentPath, entry.name)) : isPartial(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}
