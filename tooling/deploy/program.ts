import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa, execaSync } from 'execa'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** What `npm test` has put here comes last: a program of the system is taken before it. */
const path = [process.env['PATH'] ?? '', `${root}node_modules/.cache/holdfast/bin`].join(delimiter)
const options = { reject: false, all: true, env: { PATH: path } } as const

/**
 * Whether what needs a program may be left out, loudly: only where it is not installed, and never in CI, which must not
 * pass without having tested what is deployed.
 */
export function isMissing(program: string, debianPackage: string): boolean {
  const { failed } = execaSync(program, ['--version'], options)
  if (!failed) return false
  const mayBeLeftOut = process.env['CI'] === undefined
  const consequence = mayBeLeftOut ? 'what needs it is NOT tested here' : 'CI needs it'
  console.error(`${program} is not installed (it is in Debian's ${debianPackage}): ${consequence}.`)
  return mayBeLeftOut
}

/** Resolves whatever the exit code is. */
export async function program(
  name: string,
  arguments_: readonly string[],
  { cwd = root, input = '' }: { cwd?: string; input?: string } = {},
): Promise<{ exitCode: number | undefined; all: string }> {
  const { exitCode, all } = await execa(name, arguments_, { ...options, cwd, input })
  return { exitCode, all }
}
