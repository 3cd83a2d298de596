import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { withWideOutput } from './wide-output.ts'

const run = promisify(execFile)

it('changes nothing of what a program is given and prints', async () => {
  const args = ['%s|', '--output=1', '-x', "it's", '']
  const [file, all] = withWideOutput('/usr/bin/printf', ['--', ...args], { PATH: process.env['PATH'] ?? '' })
  const { stdout } = await run(file, all)
  expect(stdout).toBe("--output=1|-x|it's||")
})

it('runs the program as it is where there is no stdbuf, or no program', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'holdfast-wide-'))
  try {
    expect(withWideOutput('/bin/sh', ['-c', ':'], { PATH: `${empty}:relative` })).toEqual([
      '/bin/sh',
      ['-c', ':'],
    ])
    expect(withWideOutput('/bin/sh', [], {})).toEqual(['/bin/sh', []])
    await symlink('/bin/sh', join(empty, 'stdbuf'))
    expect(withWideOutput('/bin/sh', [], { PATH: empty })[0]).toBe(join(empty, 'stdbuf'))
    expect(withWideOutput(join(empty, 'missing'), [], { PATH: empty })[0]).toBe(join(empty, 'missing'))
  } finally {
    await rm(empty, { recursive: true })
  }
})
