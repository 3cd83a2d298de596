/** Buffers that are used again instead of being left to the garbage collector, which is slow to see large ones. */
export interface BufferPool {
  take(): Buffer
  give(buffer: Buffer): void
}

/** New buffers have this length; one that is given back may have any. */
export function createBufferPool(bytes: number): BufferPool {
  const free: Buffer[] = []
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(bytes),
    give: (buffer) => free.push(buffer),
  }
}
