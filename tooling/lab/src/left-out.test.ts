import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { isLeftOut } from './left-out.ts'
import { presenceOf } from './presence.ts'

const missing = { isHere: false, because: 'pgbouncer is not installed' }

test('what can not run is left out aloud, and never in CI', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    expect(isLeftOut('poolers', { ...missing, isHere: true }, {})).toBe(false)
    expect(said).not.toHaveBeenCalled()
    expect(isLeftOut('poolers', missing, {})).toBe(true)
    expect(said).toHaveBeenCalledWith('NOT TESTED: poolers, because pgbouncer is not installed.\n')
    expect(isLeftOut('poolers', missing, { CI: 'true' })).toBe(false)
  } finally {
    said.mockRestore()
  }
})

test('a program is here when it runs, and what needs it is run in CI even where it is not', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    expect(presenceOf('tar')).toMatchObject({ isHere: true })
    const missing = presenceOf('age', { environment: { PATH: '/nowhere' } })
    expect(isLeftOut('age', missing, {})).toBe(true)
    expect(said).toHaveBeenLastCalledWith(
      "NOT TESTED: age, because age is not installed (it is in Debian's age).\n",
    )
    const named = presenceOf('promtool', { debianPackage: 'prometheus', environment: { PATH: '/nowhere' } })
    expect(isLeftOut('alerts', named, { CI: 'true' })).toBe(false)
    expect(said).toHaveBeenLastCalledWith(
      "CI can not leave out alerts, but promtool is not installed (it is in Debian's prometheus).\n",
    )
  } finally {
    said.mockRestore()
  }
})

const root = fileURLToPath(new URL('../../../', import.meta.url))

test('every test that may be left out says so, and fails in CI', async () => {
  const quiet: string[] = []
  for (const room of ['packages', 'apps', 'tooling']) {
    for await (const file of glob(`${room}/**/*.test.ts`, {
      cwd: root,
      exclude: ['**/node_modules', '**/dist'],
    })) {
      const text = await readFile(join(root, file), 'utf8')
      for (const [line] of text.matchAll(/^.*\.(?:skipIf|runIf|skip|todo)\(.*/gm)) {
        if (!/[lL]eftOut\b/.test(line)) quiet.push(`${file}  ${line.trim()}`)
      }
    }
  }
  expect(quiet.filter((line) => !line.startsWith('tooling/lab/src/left-out.test.ts'))).toEqual([])
})
