import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { passwordFileWarnings } from './password-file.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-passfile-'))
})
afterEach(() => rm(home, { recursive: true }))

async function warningsFor(url: string, environment: NodeJS.ProcessEnv = {}) {
  const whole = { HOME: home, ...environment }
  return passwordFileWarnings(parseAddress(url, whole), whole)
}

describe('passwordFileWarnings', () => {
  it('says that libpq ignores a file that others may read, and how to mend it', async () => {
    const path = join(home, '.pgpass')
    await writeFile(path, '')
    for (const mode of [0o640, 0o604, 0o644]) {
      await chmod(path, mode)
      expect((await warningsFor('postgresql://u@h/d')).join()).toContain(`chmod 600 ${path}`)
    }
    await chmod(path, 0o600)
    expect(await warningsFor('postgresql://u@h/d')).toEqual([])
  })

  it('looks at the file that is used, if one is', async () => {
    const path = join(home, 'elsewhere')
    await writeFile(path, '', { mode: 0o644 })
    expect(await warningsFor('postgresql://u@h/d', { PGPASSFILE: path })).toHaveLength(1)
    expect(await warningsFor(`postgresql://u@h/d?passfile=${encodeURIComponent(path)}`)).toHaveLength(1)
    expect(await warningsFor('postgresql://u:p@h/d', { PGPASSFILE: path })).toEqual([])
    expect(await warningsFor('postgresql://u@h/d', { PGPASSFILE: join(home, 'none') })).toEqual([])
  })
})
