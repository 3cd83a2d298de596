import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Job, orderedDuplex } from './ordered.ts'

/** One job for each byte, that gives it back once it is let go. */
function letGo(limits: { running: number; held: number }) {
  const begun: number[] = []
  const waiting = new Map<number, () => void>()
  const job =
    (byte: number): Job<number> =>
    async () => {
      begun.push(byte)
      await new Promise<void>((resolve) => waiting.set(byte, resolve))
      return byte
    }
  const stream = orderedDuplex<number>(
    {
      cut: (chunk) => [...chunk].map(job).values(),
      finish: () => [].values(),
      emit: (byte) => Buffer.of(byte),
      trailer: () => Buffer.alloc(0),
    },
    limits,
  )
  const release = async (byte: number) => {
    waiting.get(byte)?.()
    await sleep(1)
  }
  return { stream, begun, release }
}

describe('orderedDuplex', () => {
  it('runs so many jobs at a time and takes in more, up to what it may hold', async () => {
    const { stream, begun, release } = letGo({ running: 2, held: 4 })
    let taken = 0
    for (const byte of [1, 2, 3, 4, 5]) stream.write(Buffer.of(byte), () => taken++)
    await sleep(1)
    expect([begun, taken]).toEqual([[1, 2], 3])

    // It is done, but nobody can take it before the first.
    await release(2)
    expect([begun, taken]).toEqual([[1, 2, 3], 3])

    stream.resume()
    await release(1)
    expect([begun, taken]).toEqual([[1, 2, 3, 4], 5])
    stream.destroy()
  })

  it('gives what was done in another order in the order in which it came', async () => {
    const { stream, release } = letGo({ running: 3, held: 5 })
    const output: number[] = []
    stream.on('data', (bytes: Buffer) => output.push(...bytes))
    const ended = once(stream, 'end')
    stream.end(Buffer.of(1, 2, 3, 4, 5))
    for (const byte of [3, 2, 5, 4, 1, 4, 5]) await release(byte)
    await ended
    expect(output).toEqual([1, 2, 3, 4, 5])
  })

  it('begins nothing any more once it is destroyed', async () => {
    const { stream, begun, release } = letGo({ running: 1, held: 3 })
    stream.write(Buffer.of(1, 2, 3))
    stream.destroy()
    await release(1)
    expect(begun).toEqual([1])
  })
})
