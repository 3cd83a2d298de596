import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../program.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { completionModel } from './model.ts'
import { zshScript } from './zsh.ts'

const execute = promisify(execFile)
const program = createProgram('1.2.3')
const model = completionModel(program as unknown as Parameters<typeof completionModel>[0])

/** What a real bash offers for a command line whose last word is being typed. */
async function complete(...words: string[]): Promise<string[]> {
  const ask = `${bashScript(model)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _holdfast; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await execute('bash', ['--norc', '-c', ask, 'bash', 'holdfast', ...words])
  return stdout.split('\n').filter((line) => line !== '')
}

describe('in bash', () => {
  it('completes commands, options and choices', async () => {
    expect(await complete('pr')).toEqual(['prune', 'protect'])
    expect(await complete('backup', '--d')).toEqual(['--database', '--data-only', '--dry-run'])
    expect(await complete('backup', '--format', '')).toEqual(['custom', 'plain'])
    expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(await complete('help', 'res')).toEqual(['restore'])
  })

  it('leaves files to bash where a value is wanted', async () => {
    expect(await complete('backup', '--to', '')).toEqual([])
    expect(await complete('list', '')).toEqual([])
  })

  it('evaluates nothing of what is typed', async () => {
    expect(await complete('backup', '$(echo --json)', '--js')).toEqual(['--json'])
    expect(await complete('$(touch /)', '--')).toEqual([])
  })
})

describe.each([
  ['zsh', zshScript(model)],
  ['fish', fishScript(model)],
])('in %s', (_shell, script) => {
  it('knows every command and option', () => {
    for (const { name, options } of model) {
      expect(script).toContain(name)
      for (const { flag } of options) expect(script).toContain(flag.slice(2))
    }
  })
})
