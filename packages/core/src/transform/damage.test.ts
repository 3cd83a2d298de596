import { type Compression, hasCode } from '@holdfast/plugin'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockBytes } from './format.ts'
import { blockFormats, decoded, encoded, sha256, text } from './samples.test.support.ts'

describe.each(blockFormats)('%s', (_name, compression) => {
  it('catches 200 cuts, and those between two units too', { timeout: 60_000 }, async () => {
    const stored = await encoded(text(blockBytes + 50_000), compression)
    const cut = async (length: number): Promise<void> => {
      expect(await decoded(stored.subarray(0, length), compression)).toSatisfy((error) =>
        hasCode(error, 'VERIFY_DECODE'),
      )
    }
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: stored.length - 1 }), cut), { numRuns: 200 })
    for (const length of unitEnds(stored, compression)) await cut(length)
  })

  it(
    'catches 200 flipped bits, or gives the same bytes for the digest to tell',
    { timeout: 60_000 },
    async () => {
      const raw = text(blockBytes + 50_000)
      const stored = await encoded(raw, compression)
      let harmless = 0
      const flips = fc.integer({ min: 0, max: stored.length * 8 - 1 })
      await fc.assert(
        fc.asyncProperty(flips, async (bit) => {
          const flipped = flip(stored, bit)
          const result = await decoded(flipped, compression)
          const unharmed = Buffer.isBuffer(result) && result.equals(raw)
          expect(unharmed || hasCode(result, 'VERIFY_DECODE')).toBe(true)
          expect(sha256(flipped)).not.toBe(sha256(stored))
          if (unharmed) harmless++
        }),
        { numRuns: 200 },
      )
      expect(harmless).toBeLessThan(3)
    },
  )

  it('catches a flip in every bit of the headers and of the end mark', { timeout: 60_000 }, async () => {
    const raw = text(300)
    const stored = await encoded(raw, compression)
    const [end] = unitEnds(stored, compression)
    if (end === undefined) throw new Error('no unit')
    const kept: number[] = []
    for (let bit = 0; bit < stored.length * 8; bit++) {
      if (bit > 24 * 8 && bit < (end - 8) * 8) continue
      if (!((await decoded(flip(stored, bit), compression)) instanceof Error)) kept.push(bit)
    }
    expect(kept).toEqual([])
  })

  it('refuses what is added, doubled, left out or out of order', async () => {
    const raw = text(2 * blockBytes + 10)
    const stored = await encoded(raw, compression)
    const [first = 0, second = 0, third = 0] = unitEnds(stored, compression)
    const [a, b, c, end] = [
      stored.subarray(0, first),
      stored.subarray(first, second),
      stored.subarray(second, third),
      stored.subarray(third),
    ]
    const bad = {
      'bytes after the end': [a, b, c, end, Buffer.from([0])],
      'a second copy after the end': [stored, stored],
      'the end mark twice': [a, b, c, end, end],
      'one unit twice': [a, a, b, c, end],
      'one unit missing': [a, c, end],
      'two units swapped': [b, a, c, end],
      'the end mark alone': [end],
      'the end mark early': [a, b, end, c],
      nothing: [],
      text: [Buffer.from('CREATE TABLE customers (id bigint);')],
    }
    const accepted: string[] = []
    for (const [what, parts] of Object.entries(bad)) {
      const result = await decoded(Buffer.concat(parts), compression)
      if (!hasCode(result, 'VERIFY_DECODE')) accepted.push(what)
    }
    expect(accepted).toEqual([])
  })

  it('names the first damaged unit and its byte', async () => {
    const stored = await encoded(text(3 * blockBytes), compression)
    const [first = 0, second = 0] = unitEnds(stored, compression)
    const damaged = flip(flip(stored, (first + second) * 4), (second + 1000) * 8)
    const unit = compression.algorithm === 'zstd' ? 'frame' : 'member'
    const result = await decoded(damaged, compression)
    expect((result as Error).message).toMatch(new RegExp(`^${unit} 2 at byte ${first}: `))
    expect(await decoded(stored.subarray(0, second), compression)).toMatchObject({
      message: `${unit} 3 at byte ${second}: the data ends here, without its end mark: it was cut`,
    })
  })
})

function flip(bytes: Buffer, bit: number): Buffer {
  const flipped = Buffer.from(bytes)
  flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
  return flipped
}

/** Where each unit ends, by the formats' own end marks: zstd's seek table, gzip's length fields. */
function unitEnds(stored: Buffer, { algorithm }: Compression): number[] {
  const ends: number[] = []
  const zstdTable = stored.length - 9 - stored.readUInt32LE(stored.length - 9) * 12
  const last = algorithm === 'zstd' ? zstdTable - 8 : stored.length - 42
  for (let end = 0; end < last; ends.push(end)) {
    end += stored.readUInt32LE(algorithm === 'zstd' ? zstdTable + ends.length * 12 : end + 16)
  }
  expect(ends.at(-1)).toBe(last)
  return ends
}
