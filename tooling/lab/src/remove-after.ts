import { afterThisProcess } from './after-this-process.ts'

/** Removes a directory should this process end without doing so. Returns how to call that off. */
export function removeAfterThisProcess(directory: string): () => void {
  return afterThisProcess('remove-after', 'sleep 1; rm -rf "$1"', [directory])
}
