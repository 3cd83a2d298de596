import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findBinDirectory } from '@holdfast/lab'
import { execa } from 'execa'

const programs = ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall']

/**
 * Makes a directory of client programs, one of which is a shell script in which "$REAL" is the real one; the setting
 * that has Holdfast use it. Asked for its version it says the real one's, or the one given.
 */
export async function fakeClients(
  parent: string,
  name: string,
  { program = 'pg_dump', script, version }: { program?: string; script: string; version?: string },
): Promise<{ HOLDFAST_POSTGRES_BIN: string }> {
  const directory = join(parent, name)
  const bin = findBinDirectory()
  await mkdir(directory)
  const { stdout } = await execa(join(bin, program), ['--version'])
  const said = version ?? stdout.replace(/^.*\) /, '')
  // Scripts, not links: where pg_dump is a link, the programs beside what it leads to are used.
  for (const one of programs) {
    const own = `if [ "$1" = --version ]; then echo "${program} (PostgreSQL) ${said}"; exit 0; fi\n${script}`
    const text = `#!/bin/sh\nREAL=${join(bin, one)}\n${one === program ? own : 'exec "$REAL" "$@"'}\n`
    await writeFile(join(directory, one), text, { mode: 0o755 })
  }
  return { HOLDFAST_POSTGRES_BIN: directory }
}
