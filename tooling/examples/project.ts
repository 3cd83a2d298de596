import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endGroupWith, holdfastFile, type ProcessGroup } from '@holdfast/lab'
import { execa } from 'execa'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A directory as a user has it: with the packages installed beside, and `holdfast` on the PATH. */
export interface Project {
  directory: string
  /**
   * Runs a script as a careful user would: it ends at the first command that fails, in a pipe as well. What it leaves
   * running ends with it.
   */
  run(script: string, environment?: Record<string, string>): Promise<Outcome>
  read(file: string): Promise<string>
  /** Stops what still runs, as after a test that took too long, and removes the directory. */
  remove(): Promise<void>
}

export interface Outcome {
  exitCode: number
  stdout: string
  stderr: string
}

/** Makes a project, with the files of one of the examples if it is named. */
export async function createProject(binDirectory: string, example?: string): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-example-'))
  if (example !== undefined) await cp(join(root, 'examples', example), directory, { recursive: true })
  await installPackages(join(directory, 'node_modules'))
  const bins = [directory, root].map((at) => join(at, 'node_modules/.bin'))
  const path = [...bins, binDirectory, process.env['PATH'] ?? ''].join(delimiter)
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(PG|DATABASE_URL|HOLDFAST_CONFIG|NODE_OPTIONS)/.test(name),
  )
  const running = new Set<ProcessGroup>()
  return {
    directory,
    run: async (script, environment = {}) => {
      const child = execa('bash', ['-euo', 'pipefail', '-c', script], {
        cwd: directory,
        extendEnv: false,
        env: { ...Object.fromEntries(inherited), PATH: path, ...environment },
        reject: false,
        // With a socket there, bash takes itself for a remote shell and reads files that people keep for those.
        stdin: 'ignore',
        detached: true,
      })
      const group = endGroupWith(child.nodeChildProcess)
      running.add(group)
      const { exitCode, stdout, stderr } = await child
      running.delete(group)
      return { exitCode: exitCode ?? 1, stdout, stderr }
    },
    read: (file) => readFile(join(directory, file), 'utf8'),
    remove: async () => {
      await Promise.all([...running].map((group) => group.stop()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** What `npm install holdfast @holdfast/…` leaves, with links in the place of copies. */
async function installPackages(modules: string): Promise<void> {
  await mkdir(join(modules, '@holdfast'), { recursive: true })
  await mkdir(join(modules, '.bin'))
  await symlink(holdfastFile, join(modules, '.bin/holdfast'))
  await symlink(join(root, 'apps/cron/bin/holdfast-cron.js'), join(modules, '.bin/holdfast-cron'))
  await symlink(join(root, 'apps/cli'), join(modules, 'holdfast'))
  for (const name of await readdir(join(root, 'packages'))) {
    await symlink(join(root, 'packages', name), join(modules, '@holdfast', name))
  }
}

/** A file of the repository. */
export function readRepositoryFile(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8')
}
