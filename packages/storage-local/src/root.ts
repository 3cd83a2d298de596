import { lstat, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { HoldfastError, OptionsError } from '@holdfast/plugin'
import { makeOneDirectory } from './directories.ts'
import { attempt, attemptIfThere } from './errors.ts'
import type { LocalOptions } from './options.ts'

/** The storage's own directory. */
export interface Root {
  /** Absolute, as configured. */
  path: string
  /** Where it really is, or undefined if it has not been made yet. STORAGE_UNAVAILABLE if it can not be. */
  find(): Promise<string | undefined>
  /** The same, made if need be; never more than this one directory, because a path that lacks more is more likely a missing disk. */
  make(): Promise<string>
}

export function createRoot({ path: configured, mount }: LocalOptions, baseDirectory: string): Root {
  const path = resolve(baseDirectory, configured)
  const mountPoint = mount === undefined ? undefined : resolve(baseDirectory, mount)
  if (mountPoint !== undefined && /^\.\.(?:\/|$)/.test(relative(mountPoint, path))) {
    throw new OptionsError([{ path: ['mount'], message: `${mountPoint} is not above the path ${path}` }])
  }

  async function find(): Promise<string | undefined> {
    if (mountPoint !== undefined) await requireMount(mountPoint)
    const real = await attemptIfThere('open', path, () => realpath(path))
    if (real !== undefined) return directoryAt(real)
    // A link to nowhere is a disk that is missing; what is not there at all can be made.
    const found = await attemptIfThere('open', path, () => lstat(path))
    if (found?.isSymbolicLink() === true) {
      throw unavailable(`${path} is a symbolic link to something that is not there`)
    }
    // Made by somebody else since.
    if (found !== undefined) return directoryAt(path)
    const above = dirname(path)
    if ((await attemptIfThere('open', above, () => stat(above))) === undefined) {
      throw unavailable(`${path} is not there, and neither is ${above}`)
    }
    return undefined
  }

  return {
    path,
    find,
    async make() {
      const found = await find()
      if (found !== undefined) return found
      await makeOneDirectory(path)
      return attempt('open', path, () => realpath(path))
    },
  }
}

async function directoryAt(path: string): Promise<string> {
  const found = await attempt('open', path, () => stat(path))
  if (!found.isDirectory()) throw unavailable(`${path} is not a directory`)
  return attempt('open', path, () => realpath(path))
}

function unavailable(message: string): HoldfastError {
  return new HoldfastError('STORAGE_UNAVAILABLE', message, {
    hint: 'Mount the disk that it should be on; if it belongs on this one, make it with mkdir -p. Nothing was written.',
  })
}

async function requireMount(mountPoint: string): Promise<void> {
  const missing = (why: string): HoldfastError =>
    new HoldfastError('STORAGE_UNAVAILABLE', `nothing is mounted at ${mountPoint}${why}`, {
      hint: `Mount the disk and run again: mount ${mountPoint}. Nothing was written.`,
    })
  const real = await attemptIfThere('open', mountPoint, () => realpath(mountPoint))
  if (real === undefined) throw missing(', which does not exist')
  if (!(await isMountPoint(real))) throw missing('')
}

async function isMountPoint(real: string): Promise<boolean> {
  const [here, above] = await attempt('open', real, () => Promise.all([stat(real), stat(dirname(real))]))
  if (here.dev !== above.dev || real === dirname(real)) return true
  // A bind mount from the same disk shows only here; its fifth field is the mount point, in octal where need be.
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  return mounts.split('\n').some((line) => {
    const point = line
      .split(' ')[4]
      ?.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)))
    return point === real
  })
}
