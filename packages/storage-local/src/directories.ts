import { lstat, mkdir, realpath, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { attempt, attemptIfThere, hasErrno, invalidKey } from './errors.ts'
import { syncDirectory } from './sync.ts'

/**
 * The directory of these names below the root, or undefined where it is not there. Refuses one that is reached through a symbolic
 * link; the root itself is a real path already.
 */
export async function findDirectory(root: string, names: readonly string[]): Promise<string | undefined> {
  const path = join(root, ...names)
  const real = await attemptIfThere('open', path, () => realpath(path))
  if (real !== undefined && real !== path)
    throw invalidKey(names.join('/'), `is reached through a symbolic link, to ${real}`)
  return real
}

/** The same, made where it is missing, level by level, durably and for this user only. What fails leaves nothing new. */
export async function makeDirectory(root: string, names: readonly string[]): Promise<string> {
  for (let level = 1; level <= names.length; level++) {
    try {
      await makeLevel(root, names.slice(0, level))
    } catch (error) {
      await removeEmptyDirectories(root, names.slice(0, level - 1))
      throw error
    }
  }
  return join(root, ...names)
}

async function makeLevel(root: string, names: readonly string[]): Promise<void> {
  const path = join(root, ...names)
  if (await makeOneDirectory(path)) return
  // Before anything is made inside: it may be a link, and that may lead nowhere.
  if ((await findDirectory(root, names)) !== undefined) return
  const found = await attempt('open', path, () => lstat(path))
  if (found.isSymbolicLink()) throw invalidKey(names.join('/'), 'is a symbolic link')
}

/** Resolves false where something of this name is there already. */
export async function makeOneDirectory(path: string): Promise<boolean> {
  const made = await attempt('make the directory', path, () =>
    mkdir(path, { mode: 0o700 }).then(
      () => true,
      (error: unknown) => {
        if (hasErrno(error, 'EEXIST')) return false
        throw error
      },
    ),
  )
  if (made) await syncDirectory(dirname(path))
  return made
}

/** Removes the directory of these names and those above it as far as they are empty, never the root. Never rejects. */
export async function removeEmptyDirectories(root: string, names: readonly string[]): Promise<void> {
  for (let level = names.length; level > 0; level--) {
    try {
      await rmdir(join(root, ...names.slice(0, level)))
    } catch {
      return
    }
  }
}
