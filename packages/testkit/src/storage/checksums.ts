import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Checksum } from '@holdfast/plugin'

/** The checksum of bytes, as a storage has to tell it. */
export function checksumOf(algorithm: Checksum['algorithm'], bytes: Buffer): Checksum {
  return { algorithm, value: compute[algorithm](bytes) }
}

const compute: Record<Checksum['algorithm'], (bytes: Buffer) => string> = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  crc32: (bytes) => inHex(crc32(bytes)),
  crc32c: (bytes) => inHex(crc32c(bytes)),
  crc64nvme: (bytes) => crc64(bytes),
}

function inHex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

// Both polynomials are written bit-reversed, as the tables need them. A 64-bit word is two halves, because a BigInt for
// each byte takes fifty times as long.
const castagnoli = 0x82_f6_3b_78
const nvmeHigh = 0x9a_6c_93_29
const nvmeLow = 0xac_4b_c9_b5

const castagnoliTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let word = byte
  for (let bit = 0; bit < 8; bit++) word = (word >>> 1) ^ (word & 1 ? castagnoli : 0)
  return word
})

function crc32c(bytes: Buffer): number {
  let word = -1
  for (const byte of bytes) word = (word >>> 8) ^ (castagnoliTable[(word ^ byte) & 0xff] ?? 0)
  return ~word
}

const nvmeHighTable = new Uint32Array(256)
const nvmeLowTable = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let [high, low] = [0, byte]
  for (let bit = 0; bit < 8; bit++) {
    const isSet = (low & 1) === 1
    low = (low >>> 1) | (high << 31)
    high = high >>> 1
    if (isSet) [high, low] = [high ^ nvmeHigh, low ^ nvmeLow]
  }
  nvmeHighTable[byte] = high
  nvmeLowTable[byte] = low
}

function crc64(bytes: Buffer): string {
  let [high, low] = [-1, -1]
  for (const byte of bytes) {
    const at = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ (nvmeLowTable[at] ?? 0)
    high = (high >>> 8) ^ (nvmeHighTable[at] ?? 0)
  }
  return inHex(~high) + inHex(~low)
}
