const owned = Symbol.for('holdfast.owned-bytes')

/** What becomes of the memory of bytes that are freed. It leaves them, so that they are empty from then on. */
type Free = (memory: ArrayBuffer) => void

type Bytes = Buffer & { [owned]?: Free }

/** What an allocation may be longer than the bytes in it and still count as theirs alone. */
const slackBytes = 64

/**
 * Says that these bytes are for their next reader alone, so that it may free them. Bytes that share their memory with
 * others, as small Buffers of Node do, are left unmarked.
 *
 * Memory outside V8's heap counts against the heap: a stream of gigabytes makes the garbage collector run every few
 * megabytes, for a fifth of all the processor time of a backup. What is freed by hand does not count.
 */
export function markOwned(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength - bytes.length <= slackBytes) (bytes as Bytes)[owned] ??= drop
  return bytes
}

/** Whether these bytes may be freed by whoever reads them. */
export function isOwned(bytes: Buffer): boolean {
  return (bytes as Bytes)[owned] !== undefined
}

/** Frees bytes that are marked as owned and leaves all others alone. Freed bytes are empty from then on. */
export function freeOwned(bytes: Buffer): void {
  const { buffer } = bytes
  if (buffer instanceof ArrayBuffer && !buffer.detached) (bytes as Bytes)[owned]?.(buffer)
}

/**
 * Gives Buffers that are marked as owned, and the memory of those that were freed once more: a long stream takes as much
 * as is in use at a time, and asks for it once.
 */
export function recycledMemory(): (bytes: number) => Buffer {
  const spare: ArrayBuffer[] = []
  return (bytes) => {
    let memory = spare.pop()
    while (memory !== undefined && memory.byteLength !== bytes) memory = spare.pop()
    const given: Bytes = memory === undefined ? Buffer.allocUnsafeSlow(bytes) : Buffer.from(memory)
    given[owned] = (freed) => void spare.push(freed.transfer())
    return given
  }
}

function drop(memory: ArrayBuffer): void {
  memory.transfer(0)
}
