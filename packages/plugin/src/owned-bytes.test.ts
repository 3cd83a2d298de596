import { createReadStream } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { freeOwned, isOwned, markOwned, recycledMemory } from './owned-bytes.ts'

describe('owned bytes', () => {
  it('are freed', () => {
    const bytes = markOwned(Buffer.alloc(1000, 1))
    freeOwned(bytes)
    expect(bytes.length).toBe(0)
    expect(bytes.buffer.byteLength).toBe(0)
  })

  it('may have a little room behind them', () => {
    const bytes = markOwned(Buffer.allocUnsafeSlow(1064).subarray(0, 1000))
    freeOwned(bytes)
    expect(bytes.length).toBe(0)
  })

  it('are left alone when nobody has marked them', () => {
    const bytes = Buffer.alloc(1000, 1)
    freeOwned(bytes)
    expect(bytes.every((byte) => byte === 1)).toBe(true)
  })

  it('can not be marked while they share their memory', () => {
    const whole = Buffer.alloc(1000, 1)
    const pooled = Buffer.from('small Buffers come from a pool')
    for (const bytes of [whole.subarray(0, 500), whole.subarray(500), pooled]) freeOwned(markOwned(bytes))
    expect(whole.every((byte) => byte === 1)).toBe(true)
    expect(pooled.toString()).toBe('small Buffers come from a pool')
  })

  it('can be freed twice', () => {
    const bytes = markOwned(Buffer.alloc(1000))
    freeOwned(bytes)
    expect(() => freeOwned(bytes)).not.toThrow()
  })

  it('of recycled memory are empty once freed, and their memory is given once more', () => {
    const take = recycledMemory()
    const first = take(1000).fill(1)
    const { buffer } = first
    expect(isOwned(first)).toBe(true)
    freeOwned(first)
    freeOwned(first)
    expect([first.length, buffer.byteLength]).toEqual([0, 0])
    const second = take(1000)
    expect([second.length, second.every((byte) => byte === 1)]).toEqual([1000, true])
    expect(take(1000).buffer).not.toBe(second.buffer)
  })

  it('of recycled memory stay that when they are marked on their way', () => {
    const take = recycledMemory()
    const first = take(1000).fill(1)
    freeOwned(markOwned(first))
    expect(take(1000).every((byte) => byte === 1)).toBe(true)
  })

  it('of recycled memory have the length that was asked for, also after others', () => {
    const take = recycledMemory()
    freeOwned(take(1000))
    expect(take(2000)).toHaveLength(2000)
  })

  it('stay marked on their way through a stream', async () => {
    const stream = createReadStream(import.meta.filename).map((chunk: Buffer) => markOwned(chunk))
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      expect(chunk.length).toBeGreaterThan(0)
      const whole = chunk.buffer.byteLength - chunk.length <= 64
      freeOwned(chunk)
      expect(chunk.length === 0).toBe(whole)
    }
  })
})
