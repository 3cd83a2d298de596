import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** What `npm test` has put here comes last: a program of the system is taken before it. */
const path = [process.env['PATH'] ?? '', `${root}node_modules/.cache/holdfast/bin`].join(delimiter)

/** What programs run with. */
export const environment: NodeJS.ProcessEnv = { ...process.env, PATH: path }

/** Resolves whatever the exit code is. */
export async function program(
  name: string,
  arguments_: readonly string[],
  { cwd = root, input = '' }: { cwd?: string; input?: string } = {},
): Promise<{ exitCode: number | undefined; all: string }> {
  const { exitCode, all } = await execa(name, arguments_, {
    reject: false,
    all: true,
    extendEnv: false,
    env: environment,
    cwd,
    input,
  })
  return { exitCode, all }
}
