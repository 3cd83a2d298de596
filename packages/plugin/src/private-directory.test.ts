import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makePrivateDirectory } from './private-directory.ts'

let temporary: string

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'holdfast-private-'))
  vi.stubEnv('TMPDIR', temporary)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(temporary, { recursive: true })
})

it('is for this user only, and goes with everything in it', async () => {
  const directory = await makePrivateDirectory('verify')
  expect((await stat(directory.path)).mode & 0o777).toBe(0o700)
  await writeFile(join(directory.path, 'dump'), 'x')
  await directory.remove()
  await directory.remove()
  expect(await readdir(temporary)).toEqual([])
})

it('sweeps what a killed process left, whatever it was for, and nothing of those that live', async () => {
  const module = new URL('private-directory.ts', import.meta.url).href
  const script = `await (await import('${module}')).makePrivateDirectory('restore'); process.kill(process.pid, 'SIGKILL')`
  expect(() => execFileSync(process.execPath, ['--input-type=module', '--eval', script])).toThrow(
    'Command failed',
  )
  const [abandoned] = await readdir(temporary)
  expect(abandoned).toMatch(/^holdfast-restore-/)
  const foreign = `${abandoned?.slice(0, -6)}notours`
  await writeFile(join(temporary, foreign), 'x')

  const first = await makePrivateDirectory('verify')
  const second = await makePrivateDirectory('postgres')
  expect((await readdir(temporary)).toSorted()).toEqual(
    [foreign, basename(first.path), basename(second.path)].toSorted(),
  )
})
