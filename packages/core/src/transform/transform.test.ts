import { execFileSync, spawnSync } from 'node:child_process'
import { PassThrough, pipeline, Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isLeftOut, presenceOf } from '@holdfast/lab'
import { hasCode } from '@holdfast/plugin'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { blockBytes } from './format.ts'
import {
  blockFormats,
  cutAt,
  decoded,
  encoded,
  gzip,
  none,
  random,
  text,
  through,
  zstd,
} from './samples.test.support.ts'

const isZstdLeftOut = isLeftOut('what the zstd program reads', presenceOf('zstd'))
const isGzipLeftOut = isLeftOut('what the gzip program reads', presenceOf('gzip'))

const sizes = fc.oneof(
  fc.constantFrom(0, 1, blockBytes - 1, blockBytes, blockBytes + 1, 2 * blockBytes, 3 * blockBytes + 7),
  fc.integer({ min: 0, max: 200_000 }),
)
const chunkings = fc.array(fc.oneof(fc.constant(65_536), fc.integer({ min: 500, max: 3_000_000 })), {
  minLength: 1,
  maxLength: 6,
})

describe.each(blockFormats)('%s', (_name, compression) => {
  it('comes back as it was, whatever its size and chunks', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(sizes, chunkings, chunkings, async (size, inward, outward) => {
        const raw = text(size)
        const encoder = encode(compression)
        const stored = await through(cutAt(raw, inward), encoder)
        expect(encoder.rawBytes()).toBe(size)
        const back = await through(cutAt(stored, outward), decode(compression))
        expect(back.equals(raw)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })

  it('comes back from chunks of one byte', async () => {
    const raw = text(3000)
    const stored = await through(cutAt(raw, [1]), encode(compression))
    expect((await through(cutAt(stored, [1]), decode(compression))).equals(raw)).toBe(true)
  })

  it('comes back where nothing compresses', async () => {
    const raw = Buffer.concat(
      Array.from({ length: 130 }, (_, turn) => Buffer.from(random.map((byte) => byte ^ turn))),
    )
    const stored = await encoded(raw, compression)
    expect(stored.length).toBeGreaterThan(raw.length * 0.9)
    expect((await through([stored], decode(compression))).equals(raw)).toBe(true)
  })

  it('comes back however much is done at a time', async () => {
    const raw = text(3 * blockBytes + 100)
    for (const heldBlocks of [1, 2, 9]) {
      const stored = await through(cutAt(raw, [70_000]), encode(compression, { heldBlocks }))
      expect((await through([stored], decode(compression, { heldBlocks }))).equals(raw)).toBe(true)
    }
  })

  it('holds a bounded number of blocks while nobody reads', async () => {
    let given = 0
    const block = text(blockBytes)
    const source = new Readable({
      highWaterMark: 1,
      read() {
        given++
        this.push(given > 64 ? null : block)
      },
    })
    const encoder = encode(compression, { heldBlocks: 3 })
    pipeline(source, encoder, () => {})
    await settles(() => given)
    // Three held, one being filled, one in each stream's own buffer.
    expect(given).toBeLessThanOrEqual(7)

    const decoder = decode(compression, { heldBlocks: 3 })
    pipeline(encoder, decoder, () => {})
    await settles(() => given)
    expect(given).toBeLessThanOrEqual(15)

    let taken = 0
    await pipelineTo(decoder, (chunk) => {
      taken += chunk.length
    })
    expect(taken).toBe(64 * blockBytes)
  })

  it('stops when it is destroyed in the middle', async () => {
    const encoder = encode(compression)
    const source = Readable.from(cutAt(text(3 * blockBytes), [65_536]), { objectMode: false })
    const ended = new Promise((resolve) => pipeline(source, encoder, new PassThrough(), resolve))
    encoder.once('data', () => encoder.destroy(new Error('enough')))
    expect(await ended).toMatchObject({ message: 'enough' })
    expect(source.destroyed).toBe(true)
  })
})

describe('standard programs', () => {
  const lengths = [0, 1, blockBytes, 2 * blockBytes + 5]

  it.skipIf(isZstdLeftOut).each(lengths)('zstd reads %i bytes', async (size) => {
    const raw = text(size)
    const input = await encoded(raw, zstd)
    expect(execFileSync('zstd', ['-dc'], { input, maxBuffer: 2 ** 30 }).equals(raw)).toBe(true)
  })

  it.skipIf(isGzipLeftOut).each(lengths)('gzip reads %i bytes', async (size) => {
    const raw = text(size)
    const input = await encoded(raw, gzip)
    expect(execFileSync('gzip', ['-dc'], { input, maxBuffer: 2 ** 30 }).equals(raw)).toBe(true)
  })

  it.skipIf(isZstdLeftOut || isGzipLeftOut)('zstd and gzip find nothing wrong', async () => {
    const raw = text(blockBytes + 5)
    for (const [program, compression] of blockFormats) {
      const { status, stderr } = spawnSync(program, ['-tq'], { input: await encoded(raw, compression) })
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
    }
  })

  it.skipIf(isZstdLeftOut)('refuses what the zstd program wrote, which has no end mark', async () => {
    const foreign = execFileSync('zstd', ['-c'], { input: text(100_000) })
    expect(await decoded(foreign, zstd)).toSatisfy((error) => hasCode(error, 'VERIFY_DECODE'))
  })
})

describe('none', () => {
  it('passes bytes through and counts them', async () => {
    const raw = text(300_000)
    const encoder = encode(none)
    expect((await through(cutAt(raw, [1000]), encoder)).equals(raw)).toBe(true)
    expect(encoder.rawBytes()).toBe(raw.length)
    expect((await through([raw], decode(none))).equals(raw)).toBe(true)
  })
})

/** Resolves once a number has stopped changing for a while. */
async function settles(read: () => number): Promise<void> {
  for (let last = -1; last !== read();) {
    last = read()
    await sleep(300)
  }
}

function pipelineTo(source: Readable, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const sink = new Writable({
      write(chunk: Buffer, _encoding, callback) {
        take(chunk)
        callback()
      },
    })
    pipeline(source, sink, (error) => (error ? reject(error) : resolve()))
  })
}
