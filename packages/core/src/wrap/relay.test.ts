import { PassThrough, Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { relay } from './relay.ts'

const failed = (error: Error): Error => new Error(`in place: ${error.message}`)
const bytes = Buffer.alloc(3 << 20, 'abc')

it.each([
  ['in one chunk', () => Readable.from([bytes], { objectMode: false })],
  ['in many', () => Readable.from(chunks(bytes, 1000), { objectMode: false })],
  ['as objects', () => Readable.from(chunks(bytes, 65_536))],
  ['that is empty', () => Readable.from([], { objectMode: false })],
])('gives the bytes of a stream %s, and counts them', async (_, open) => {
  let counted = 0
  const read = await buffer(relay(open(), { failed, onBytes: (count) => void (counted += count) }))
  expect(read.length === 0 || read.equals(bytes)).toBe(true)
  expect(counted).toBe(read.length)
})

it('takes no more than its buffer holds before somebody reads', async () => {
  let given = 0
  const from = new Readable({
    read() {
      given += 65_536
      this.push(Buffer.alloc(65_536))
    },
  })
  const to = relay(from, { failed })
  for (let count = 0; count < 200; count++) await turn()
  expect(given).toBeLessThan(2 << 20)
  to.destroy()
})

describe('an end that is none', () => {
  it('is the error that it is made of', async () => {
    const from = new PassThrough()
    const to = relay(from, { failed })
    from.write('abc')
    from.destroy(new Error('reset'))
    await expect(buffer(to)).rejects.toThrow('in place: reset')
  })

  it('is one of a stream that only closes', async () => {
    const from = new PassThrough()
    const to = relay(from, { failed })
    from.destroy()
    await expect(buffer(to)).rejects.toThrow('in place: the storage ended the object early')
  })

  it('is no crash where nobody reads', async () => {
    const from = new PassThrough()
    const to = relay(from, { failed })
    from.destroy(new Error('reset'))
    await turn()
    expect(to.errored?.message).toBe('in place: reset')
  })
})

it('lets go of what it reads from', async () => {
  const from = new PassThrough()
  relay(from, { failed }).destroy()
  await turn()
  expect(from.destroyed).toBe(true)
})

function* chunks(whole: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
}
