const owned = Symbol.for('holdfast.owned-bytes')

type Bytes = Buffer & { [owned]?: true }

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
  if (bytes.buffer.byteLength - bytes.length <= slackBytes) (bytes as Bytes)[owned] = true
  return bytes
}

/** Whether these bytes may be freed by whoever reads them. */
export function isOwned(bytes: Buffer): boolean {
  return (bytes as Bytes)[owned] === true
}

/** Frees bytes that are marked as owned and leaves all others alone. Freed bytes are empty from then on. */
export function freeOwned(bytes: Buffer): void {
  const { buffer } = bytes
  if (!isOwned(bytes) || !(buffer instanceof ArrayBuffer) || buffer.detached) return
  buffer.transfer(0)
}
