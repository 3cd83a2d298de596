import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { attemptIfThere, hasErrno } from './errors.ts'

/** Makes what happened to the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  // One that was removed meanwhile has nothing left to flush.
  await attemptIfThere('flush the directory', path, async () => {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      await handle.sync()
    } catch (error) {
      // Some network and FUSE file systems can not, and need not.
      if (!hasErrno(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error
    } finally {
      await handle.close()
    }
  })
}
