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
      leftovers: async () => (await readdir(directory, { recursive: true })).filter(isLeftOver),
      strand: async (key) => {
        const path = join(directory, dirname(key), partialName(key.split('/').pop() ?? ''))
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, 'half')
      },
      unusable: () => localStorage({ path: 'disk/backups', mount: 'disk' }, { baseDirectory: directory }),
    }
  },
})

function isLeftOver(path: string): boolean {
  return isPartial(path.split('/').pop() ?? '')
}
