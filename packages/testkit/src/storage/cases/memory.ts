import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { StorageCase } from '../case.ts'

const mebibyte = 1 << 20
/** What a stream may hold of a body, as a part of the whole; all of it is what must not be held. */
const allowed = 3 / 4

export const memoryCases: readonly StorageCase[] = [
  {
    topic: 'memory',
    name: 'memory of a put',
    promise: 'put reads its body no faster than it stores it: a large one is never held in memory',
    async run({ storage, signal, capabilities: { inMemory, partBytes }, skip }) {
      if (inMemory) return skip('this storage keeps what it stores in this memory')
      const length = Math.max(64 * mebibyte, 16 * partBytes)
      const before = usedBytes()
      let most = 0
      const body = large(length, (_chunk, end) => {
        if (end % (8 * mebibyte) === 0 || end === length) most = Math.max(most, usedBytes() - before)
      })
      await storage.put('large', body, { signal, estimatedBytes: length })
      assert.ok(
        most < length * allowed,
        `while ${inMiB(length)} were put, ${inMiB(most)} were held in memory`,
      )
    },
  },
  {
    topic: 'memory',
    name: 'memory of a get',
    promise: 'get gives bytes no faster than they are read: a slow reader holds no large object in memory',
    async run({ storage, signal }) {
      const length = 32 * mebibyte
      const expected = createHash('sha256')
      const body = large(length, (chunk) => void expected.update(chunk))
      await storage.put('large', body, { signal, estimatedBytes: length })
      const before = usedBytes()
      const stream = await storage.get('large', { signal })
      await once(stream, 'readable')
      await sleep(300)
      const held = usedBytes() - before
      assert.ok(
        held < length * allowed,
        `of ${inMiB(length)} that nobody read, ${inMiB(held)} were held in memory`,
      )
      const actual = createHash('sha256')
      for await (const chunk of stream as AsyncIterable<Buffer>) actual.update(chunk)
      assert.ok(actual.digest('hex') === expected.digest('hex'), 'a large object is not what was put')
    },
  },
]

/** A body that is made while it is read, and of which no two chunks share memory. */
function large(length: number, onTaken: (chunk: Buffer, end: number) => void): Readable {
  const chunkBytes = mebibyte / 4
  function* chunks(): Generator<Buffer> {
    for (let at = 0; at < length; at += chunkBytes) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, length - at), `${at},`)
      yield chunk
      onTaken(chunk, at + chunk.length)
    }
  }
  return Readable.from(chunks(), { objectMode: false, highWaterMark: chunkBytes })
}

/** What is in use, in bytes, without what only waits to be collected. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function inMiB(bytes: number): string {
  return `${Math.round(bytes / mebibyte)} MiB`
}
