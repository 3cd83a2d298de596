import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textfileProblem, writeTextfile } from './file.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'holdfast-metrics-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('textfileProblem', () => {
  it('refuses a name that node_exporter does not read, and a directory that is not there', async () => {
    expect(await textfileProblem(join(directory, 'holdfast.txt'))).toContain('.prom')
    expect(await textfileProblem(join(directory, 'none', 'a.prom'))).toContain('ENOENT')
    await writeFile(join(directory, 'file'), '')
    expect(await textfileProblem(join(directory, 'file', 'a.prom'))).toContain('not a directory')
    expect(await textfileProblem(join(directory, 'a.prom'))).toBeUndefined()
  })
})

describe('writeTextfile', () => {
  it('replaces the file with one that everybody can read, whatever the umask', async () => {
    const path = join(directory, 'holdfast.prom')
    const umask = process.umask(0o077)
    try {
      await writeTextfile(path, (previous) => `${previous}a 1\n`)
      await writeTextfile(path, (previous) => `${previous}b 2\n`)
    } finally {
      process.umask(umask)
    }
    expect(await readFile(path, 'utf8')).toBe('a 1\nb 2\n')
    expect((await stat(path)).mode & 0o777).toBe(0o644)
  })

  it('is never seen half written', async () => {
    const path = join(directory, 'whole.prom')
    const text = 'x 1\n'.repeat(100_000)
    await writeTextfile(path, () => text)
    let isOver = false
    const read = async (): Promise<number[]> => {
      const lengths: number[] = []
      while (!isOver) lengths.push((await readFile(path, 'utf8')).length)
      return lengths
    }
    const reading = read()
    for (let turn = 0; turn < 20; turn++) await writeTextfile(path, () => text)
    isOver = true
    expect(new Set(await reading)).toEqual(new Set([text.length]))
  })

  it('leaves the old one and nothing else where the new one can not be made', async () => {
    const path = join(directory, 'kept.prom')
    await writeTextfile(path, () => 'a 1\n')
    await expect(
      writeTextfile(path, () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await readFile(path, 'utf8')).toBe('a 1\n')
    expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([])
  })
})
