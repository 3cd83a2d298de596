import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLeftOut, presenceOf } from '@holdfast/lab'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { program, root } from './program.ts'

const name = 'holdfast-cron.service'
const unit = join(root, 'deploy/systemd', name)

/** In tenths, of what systemd holds for the worst there is: 10. */
const worstExposure = 16

const leftOut = isLeftOut('deploy/systemd', presenceOf('systemd-analyze', { debianPackage: 'systemd' }))

describe.skipIf(leftOut)('deploy/systemd', () => {
  let scratch: string
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'holdfast-systemd-'))
  })
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  const verify = (path: string) => program('systemd-analyze', ['verify', path])
  const weigh = (path: string) =>
    program('systemd-analyze', ['security', '--offline=true', `--threshold=${worstExposure}`, path])

  async function changed(from: string, to: string): Promise<string> {
    const path = join(scratch, name)
    const text = await readFile(unit, 'utf8')
    expect(text).toContain(from)
    await writeFile(path, text.replace(from, to))
    return path
  }

  it('is accepted without a word', async () => {
    expect(await verify(unit)).toEqual({ exitCode: 0, all: '' })
  })

  it('would not be with a word that systemd does not know', async () => {
    const { all } = await verify(await changed('ProtectHome=true', 'ProtectHouse=true'))
    expect(all).toContain('ProtectHouse')
  })

  it('leaves the service little that it could harm', async () => {
    const { all, exitCode } = await weigh(unit)
    expect([exitCode, all]).toEqual([0, expect.stringContaining('Overall exposure level')])
    const open = await changed('User=holdfast\nGroup=holdfast\n', '')
    expect((await weigh(open)).exitCode).toBe(1)
  })
})
