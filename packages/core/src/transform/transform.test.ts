import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { PassThrough, pipeline, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Compression, hasCode } from '@holdfast/plugin'
import fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import { decode } from './decode.ts'
import { digest } from './digest.ts'
import { encode } from './encode.ts'
import { blockBytes } from './format.ts'

const zstd: Compression = { algorithm: 'zstd', level: 1 }
const gzip: Compression = { algorithm: 'gzip', level: 1 }
const none: Compression = { algorithm: 'none' }
const blockFormats = [
  ['zstd', zstd],
  ['gzip', gzip],
] as const

const random = sample(64 * 1024)

/** Bytes that compress somewhat, differ in every block, and are made quickly. */
function text(bytes: number): Buffer {
  const made = Buffer.alloc(bytes)
  for (let at = 0, line = 0; at < bytes; line++) {
    at += made.write(`${line}\tcustomer ${line % 977}\t{"paid": ${line % 3 === 0}}\t`, at)
    at += random.copy(made, at, (line * 7) % 60_000, ((line * 7) % 60_000) + 12)
  }
  return made
}

function sample(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 64) }, (_, index) =>
    createHash('sha512').update(`${index}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, bytes)
}

function cutAt(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(whole.subarray(at, at + size))
    at += size
  }
  return chunks
}

function through(chunks: readonly Buffer[], stage: NodeJS.ReadWriteStream): Promise<Buffer> {
  const source = Readable.from(chunks, { objectMode: false })
  return buffer(pipeline(source, stage, () => {}) as unknown as Readable)
}

const encoded = (raw: Buffer, compression: Compression): Promise<Buffer> =>
  through([raw], encode(compression))

/** What decode makes of it: the bytes, or the error. */
function decoded(stored: Buffer, compression: Compression): Promise<Buffer | Error> {
  return through([stored], decode(compression)).catch((error: unknown) => error as Error)
}

function needs(context: TestContext, program: string): void {
  if (spawnSync(program, ['--version']).error === undefined) return
  if (process.env['CI']) throw new Error(`${program} is not installed; in CI nothing may be left out`)
  context.skip(`${program} is not installed`)
}

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
    for (const inFlight of [1, 2, 9]) {
      const stored = await through(cutAt(raw, [70_000]), encode(compression, { inFlight }))
      expect((await through([stored], decode(compression, { inFlight }))).equals(raw)).toBe(true)
    }
  })

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
    const encoder = encode(compression, { inFlight: 3 })
    pipeline(source, encoder, () => {})
    await settles(() => given)
    // Three in flight, one being filled, one in each stream's own buffer.
    expect(given).toBeLessThanOrEqual(7)

    const decoder = decode(compression, { inFlight: 3 })
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
  it.for([0, 1, blockBytes, 2 * blockBytes + 5])('zstd reads %i bytes', async (size, context) => {
    needs(context, 'zstd')
    const raw = text(size)
    const input = await encoded(raw, zstd)
    expect(execFileSync('zstd', ['-dc'], { input, maxBuffer: 2 ** 30 }).equals(raw)).toBe(true)
  })

  it.for([0, 1, blockBytes, 2 * blockBytes + 5])('gzip reads %i bytes', async (size, context) => {
    needs(context, 'gzip')
    const raw = text(size)
    const input = await encoded(raw, gzip)
    expect(execFileSync('gzip', ['-dc'], { input, maxBuffer: 2 ** 30 }).equals(raw)).toBe(true)
  })

  it('zstd and gzip find nothing wrong', async (context) => {
    needs(context, 'zstd')
    needs(context, 'gzip')
    const raw = text(blockBytes + 5)
    for (const [program, compression] of blockFormats) {
      const { status, stderr } = spawnSync(program, ['-tq'], { input: await encoded(raw, compression) })
      expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
    }
  })

  it('refuses what the zstd program wrote, which has no end mark', async (context) => {
    needs(context, 'zstd')
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

describe('digest', () => {
  it('has the sha256 and length of what passed, once it has all passed', async () => {
    const raw = text(300_000)
    const meter = digest()
    expect(() => meter.sha256()).toThrow('only once the stream has ended')
    expect((await through(cutAt(raw, [1000]), meter)).equals(raw)).toBe(true)
    expect(meter.bytes()).toBe(raw.length)
    expect(meter.sha256()).toBe(sha256(raw))
  })
})

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

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
