import { link, lstat, open, rename, unlink } from 'node:fs/promises'
import { HoldfastError } from '@holdfast/plugin'
import { attempt, attemptIfThere, failure, hasErrno } from './errors.ts'
import { notAFile } from './find.ts'

/** Gives a finished file its name in one step. */
export async function replace(partial: string, target: string, key: string): Promise<void> {
  const found = await attemptIfThere('look at', target, () => lstat(target))
  if (found !== undefined && !found.isFile()) throw notAFile(key, found)
  await attempt('write', target, () => rename(partial, target))
}

/** The same, if there is nothing of this name; STORAGE_EXISTS otherwise, with nothing changed. */
export async function create(partial: string, target: string): Promise<void> {
  try {
    // Unlike rename, link never replaces.
    await link(partial, target)
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) throw alreadyThere(target)
    if (!hasErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'))
      throw failure('write', target, error)
    await reserveAndReplace(partial, target)
    return
  }
  // A second name that stays behind is swept as unfinished.
  await unlink(partial).catch(() => {})
}

// For file systems without hard links, such as FAT: an empty file reserves the name, and is then replaced.
// Who dies between the two leaves an empty object, which no reader takes for a backup.
async function reserveAndReplace(partial: string, target: string): Promise<void> {
  const reserved = await open(target, 'wx', 0o600).catch((error: unknown) => {
    throw hasErrno(error, 'EEXIST') ? alreadyThere(target) : failure('write', target, error)
  })
  await reserved.close()
  await attempt('write', target, () => rename(partial, target))
}

export function alreadyThere(path: string): HoldfastError {
  return new HoldfastError('STORAGE_EXISTS', `${path} is already there`, {
    hint: 'Nothing was overwritten. Another run of the same job in the same second is the usual cause.',
  })
}
