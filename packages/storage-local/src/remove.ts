import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { removeEmptyDirectories } from './directories.ts'
import { attemptIfThere } from './errors.ts'
import { findObject } from './find.ts'
import type { Root } from './root.ts'
import { syncDirectory } from './sync.ts'

/** Removes the object durably, and the directories that it leaves empty. */
export async function removeObject(root: Root, key: string): Promise<void> {
  const found = await findObject(root, key)
  if (found === undefined) return
  await attemptIfThere('remove', found.path, () => unlink(found.path))
  await syncDirectory(dirname(found.path))
  await removeEmptyDirectories(found.root, found.directories)
}
