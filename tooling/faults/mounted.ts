import { mkdir } from 'node:fs/promises'
import { holdfastFile, isLeftOut } from '@holdfast/lab'
import { execa } from 'execa'
import type { Outcome } from './holdfast.ts'
import type { Workplace } from './workplace.ts'

// File systems that only the processes of one command see, so that nothing stays mounted whatever happens.

/** `unshare`, as root or in a user namespace of its own; undefined where neither is allowed. */
async function unshareCommand(): Promise<string[] | undefined> {
  for (const flags of [['--mount'], ['--user', '--map-root-user', '--mount']]) {
    const probe = await execa('unshare', [...flags, 'mount', '-t', 'tmpfs', 'none', '/mnt'], {
      reject: false,
    })
    if (probe.exitCode === 0) return ['unshare', ...flags]
  }
  return undefined
}

const unshare = await unshareCommand()

/** Whether tests that mount a file system are left out here. */
export const isMountingLeftOut: boolean = isLeftOut('full and read-only disks', {
  isHere: unshare !== undefined,
  because: 'this user may mount nothing (run as root)',
})

export interface MountedOutcome extends Outcome {
  /** What the directory holds afterwards, unfinished files too, by its path from there. */
  files: string[]
}

/** Runs `holdfast` while a file system is mounted at a directory; `mount` is what makes it, with "$1" the directory. */
export async function runMounted(
  place: Workplace,
  { at, mount }: { at: string; mount: string },
  args: readonly string[],
): Promise<MountedOutcome> {
  await mkdir(at, { recursive: true })
  const script = `set -e
    ${mount}
    code=0
    shift
    "$@" || code=$?
    echo "files:"
    cd "$DIRECTORY" && find . -type f
    exit $code`
  const [command = '', ...flags] = unshare ?? []
  const { exitCode, signal, stdout, stderr, durationMs } = await execa(
    command,
    [...flags, 'sh', '-c', script, 'sh', at, process.execPath, holdfastFile, ...args],
    {
      cwd: place.directory,
      extendEnv: false,
      env: { ...place.environment, DIRECTORY: at },
      reject: false,
      stripFinalNewline: false,
    },
  )
  const [said = '', listed = ''] = stdout.split('files:\n')
  const files = listed.split('\n').filter((line) => line !== '')
  return { exitCode, signal, stdout: said, stderr, durationMs, files: files.map((file) => file.slice(2)) }
}
