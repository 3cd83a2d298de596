import type { Writable } from 'node:stream'

/**
 * Writes to a child and resolves when it is written, so that more can be taken and the chunk's memory used again. One
 * that has read enough, or has died, takes no more, and that is not an error here: how it ended is what counts.
 */
export async function writeTo({ stdin }: { stdin: Writable | null }, chunk: Buffer | string): Promise<void> {
  if (stdin === null || !stdin.writable) return
  await new Promise<void>((resolve) => {
    const settle = () => {
      stdin.off('close', settle)
      resolve()
    }
    stdin.on('close', settle)
    stdin.write(chunk, settle)
  })
}
