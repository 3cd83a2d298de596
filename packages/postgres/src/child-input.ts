import type { Writable } from 'node:stream'

/**
 * Writes to a child and resolves when more can be taken. One that has read enough, or has died, takes no more, and
 * that is not an error here: how it ended is what counts.
 */
export async function writeTo({ stdin }: { stdin: Writable | null }, chunk: Buffer | string): Promise<void> {
  if (stdin === null || !stdin.writable || stdin.write(chunk)) return
  await new Promise<void>((resolve) => {
    const settle = () => {
      stdin.off('drain', settle)
      stdin.off('close', settle)
      resolve()
    }
    stdin.on('drain', settle)
    stdin.on('close', settle)
  })
}
