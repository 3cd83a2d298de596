import type { Index } from './format.ts'

/** The skippable frame that the seekable format puts its table in. */
export const seekTableMagic = 0x184d2a5e
const footerMagic = 0x8f92eab1
const headerBytes = 8
const entryBytes = 12
const footerBytes = 9
const checksumFlag = 0x80

/**
 * The table that ends a file of zstd's seekable format, with the checksum of every frame:
 * https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md.
 * `zstd -d` skips it.
 */
export function createSeekTable(): Index {
  let entries = Buffer.alloc(entryBytes * 64)
  let frames = 0

  function bytes(): Buffer {
    const table = Buffer.alloc(headerBytes + frames * entryBytes + footerBytes)
    table.writeUInt32LE(seekTableMagic, 0)
    table.writeUInt32LE(table.length - headerBytes, 4)
    entries.copy(table, headerBytes, 0, frames * entryBytes)
    const footer = table.length - footerBytes
    table.writeUInt32LE(frames, footer)
    table.writeUInt8(checksumFlag, footer + 4)
    table.writeUInt32LE(footerMagic, footer + 5)
    return table
  }

  return {
    add(unit) {
      const at = frames * entryBytes
      if (at === entries.length) entries = Buffer.concat([entries, Buffer.alloc(entries.length)])
      entries.writeUInt32LE(unit.storedBytes, at)
      entries.writeUInt32LE(unit.rawBytes, at + 4)
      entries.writeUInt32LE(unit.checksum, at + 8)
      frames++
    },
    bytes,
    difference(stored) {
      const expected = bytes()
      const at = expected.findIndex((byte, position) => byte !== stored[position])
      if (at === -1) return undefined
      if (at >= 4 && at < headerBytes) {
        const counted = Math.floor((stored.readUInt32LE(4) - footerBytes) / entryBytes)
        return `the seek table is for ${counted} frames, but ${frames} were read`
      }
      const frame = Math.floor((at - headerBytes) / entryBytes) + 1
      return frame > frames ? 'the seek table is damaged' : `the seek table and frame ${frame} disagree`
    },
  }
}
