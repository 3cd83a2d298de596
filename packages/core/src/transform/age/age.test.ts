import { hasCode } from '@holdfast/plugin'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { text } from '../samples.test.support.ts'
import { decrypted, encrypted, newPair, type Pair } from './age.test.support.ts'
import { encryptAge } from './encrypt.ts'
import { createHeader, headerEnd } from './header.ts'
import { loadAge } from './library.ts'
import { passphraseRecipient } from './passphrase.ts'
import { chunkBytes, nonceBytes, storedChunkBytes, tagBytes } from './payload.ts'
import { unlockWith, unlockWithFileKeys } from './unlock.ts'

let mine: Pair
let yours: Pair

beforeAll(async () => {
  mine = await newPair()
  yours = await newPair()
})

const sizes = [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 3 * chunkBytes, 3 * chunkBytes + 1]
const damaged = (result: unknown): boolean => hasCode(result, 'VERIFY_DECODE')

describe('an age file', () => {
  it.each(sizes)('of %i bytes comes back, whatever the pieces', async (bytes) => {
    const raw = text(bytes)
    for (const pieces of [[1 << 20], [chunkBytes], [65_537, 3], [storedChunkBytes, 10]]) {
      const stored = await encrypted(raw, [mine.recipient], pieces)
      expect(await decrypted(stored, mine.unlock, pieces)).toEqual(raw)
    }
  })

  it.each(sizes)('of %i bytes is one to the library, and one of the library is to us', async (bytes) => {
    const { Decrypter, Encrypter } = await loadAge()
    const raw = text(bytes)
    const decrypter = new Decrypter()
    decrypter.addIdentity(mine.identity)
    expect(Buffer.from(await decrypter.decrypt(await encrypted(raw, [mine.recipient])))).toEqual(raw)
    const encrypter = new Encrypter()
    encrypter.addRecipient(mine.recipient)
    expect(await decrypted(Buffer.from(await encrypter.encrypt(raw)), mine.unlock)).toEqual(raw)
  })

  it('is read by each of its recipients', async () => {
    const raw = text(1000)
    const stored = await encrypted(raw, [mine.recipient, yours.recipient])
    expect(await decrypted(stored, mine.unlock)).toEqual(raw)
    expect(await decrypted(stored, yours.unlock)).toEqual(raw)
    const other = await newPair()
    expect(await decrypted(stored, other.unlock)).toMatchObject({
      code: 'DECRYPT_KEY_WRONG',
      message: 'none of the 1 identity at hand is one of the 2 that can read this backup',
    })
  })

  it('is never the same twice, although its bytes are', async () => {
    const raw = text(1000)
    const [one, other] = await Promise.all([
      encrypted(raw, [mine.recipient]),
      encrypted(raw, [mine.recipient]),
    ])
    expect(one.subarray(-100)).not.toEqual(other.subarray(-100))
  })

  it('opens with the key that its writer kept, and with no other', async () => {
    const raw = text(1000)
    const header = await createHeader((encrypter) => encrypter.addRecipient(mine.recipient))
    const another = await createHeader((encrypter) => encrypter.addRecipient(mine.recipient))
    const pieces: Buffer[] = []
    for await (const piece of encryptAge(header, [raw] as unknown as AsyncIterable<Buffer>))
      pieces.push(piece)
    const stored = Buffer.concat(pieces)
    expect(await decrypted(stored, unlockWithFileKeys([another.fileKey, header.fileKey]))).toEqual(text(1000))
    expect(await decrypted(stored, unlockWithFileKeys([another.fileKey]))).toSatisfy(damaged)
    expect(await decrypted(stored, unlockWithFileKeys([]))).toSatisfy(damaged)
  })
})

describe('a passphrase', () => {
  it('reads what it wrote, as the library does; a wrong one does not', { timeout: 60_000 }, async () => {
    const raw = text(1000)
    const header = await createHeader((encrypter) =>
      encrypter.addRecipient(passphraseRecipient('correct horse')),
    )
    const pieces: Buffer[] = []
    for await (const piece of encryptAge(header, [text(1000)] as unknown as AsyncIterable<Buffer>))
      pieces.push(piece)
    const stored = Buffer.concat(pieces)
    const unlock = (...passphrases: string[]) => unlockWith({ identities: [mine.identity], passphrases })
    expect(await decrypted(stored, unlock('correct horse'))).toEqual(raw)
    expect(await decrypted(stored, unlock('battery'))).toMatchObject({ code: 'DECRYPT_KEY_WRONG' })
    expect(await decrypted(stored, unlock())).toMatchObject({ code: 'DECRYPT_KEY_MISSING' })
  })
})

describe('damage', () => {
  let raw: Buffer
  let stored: Buffer
  let start: number

  beforeAll(async () => {
    raw = text(2 * chunkBytes + 100)
    stored = await encrypted(raw, [mine.recipient])
    start = (headerEnd(stored) ?? 0) + nonceBytes
  })

  it('is seen at 200 cuts, and at every boundary of a chunk', async () => {
    const cut = async (length: number): Promise<void> => {
      expect(await decrypted(stored.subarray(0, length), mine.unlock), `cut at ${length}`).toSatisfy(damaged)
    }
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: stored.length - 1 }), cut), { numRuns: 200 })
    for (const chunks of [0, 1, 2]) {
      for (const off of [-1, 0, 1, tagBytes]) await cut(start + chunks * storedChunkBytes + off)
    }
  })

  it('is seen where the last chunk is missing from a file of whole chunks', async () => {
    const whole = await encrypted(text(2 * chunkBytes), [mine.recipient])
    const error = await decrypted(whole.subarray(0, -storedChunkBytes), mine.unlock)
    expect(error).toMatchObject({
      code: 'VERIFY_DECODE',
      message: expect.stringMatching(/^chunk 1 at byte \d+: is not the last chunk as it was written/),
    })
    expect(await decrypted(whole.subarray(0, start), mine.unlock)).toMatchObject({
      code: 'VERIFY_DECODE',
      message: expect.stringContaining('without its last chunk'),
    })
  })

  it('is seen at 400 flipped bits', async () => {
    const flipped = async (bit: number): Promise<void> => {
      const copy = Buffer.from(stored)
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const result = await decrypted(copy, mine.unlock)
      // A header with another recipient in it is one that our key does not open.
      const inHeader = bit >> 3 < start
      expect(damaged(result) || (inHeader && hasCode(result, 'DECRYPT_KEY_WRONG')), `bit ${bit}`).toBe(true)
    }
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: stored.length * 8 - 1 }), flipped), {
      numRuns: 200,
    })
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: start * 8 - 1 }), flipped), { numRuns: 200 })
  })

  it('is seen where chunks are added, doubled, left out or out of order', async () => {
    const head = stored.subarray(0, start)
    const [first, second, last] = [0, 1, 2].map((index) =>
      stored.subarray(start + index * storedChunkBytes, start + (index + 1) * storedChunkBytes),
    ) as [Buffer, Buffer, Buffer]
    const others = await encrypted(raw, [mine.recipient])
    for (const parts of [
      [first, last],
      [second, last],
      [second, first, last],
      [first, first, second, last],
      [first, second, last, Buffer.from([0])],
      [first, second, last, last],
      [first, second],
      [first, second, others.subarray(-last.length)],
    ]) {
      expect(await decrypted(Buffer.concat([head, ...parts]), mine.unlock)).toSatisfy(damaged)
    }
  })

  it.each<[string, Buffer]>([
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3])],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 4, 0])],
    ['a dump', Buffer.from('PGDMP\u0001\u000e')],
    ['SQL', Buffer.from('--\n-- PostgreSQL database dump\n')],
  ])('is not what %s in its place is called', async (_name, plain) => {
    expect(await decrypted(plain, mine.unlock)).toMatchObject({ code: 'VERIFY_UNENCRYPTED' })
  })

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['something else', Buffer.from('hello')],
    [
      'a header without an end',
      Buffer.concat([Buffer.from('age-encryption.org/v1\n'), Buffer.alloc(2 << 20, 'x')]),
    ],
    [
      'a header of another version',
      Buffer.from('age-encryption.org/v2\n-> X25519 a\nb\n--- c\n'.padEnd(100)),
    ],
    ['a header that does not parse', Buffer.from('age-encryption.org/v1\n->\n--- c\n'.padEnd(100))],
  ])('is %s', async (_name, foreign) => {
    expect(await decrypted(foreign, mine.unlock)).toSatisfy(damaged)
  })
})
