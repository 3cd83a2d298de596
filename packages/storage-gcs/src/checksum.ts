import { crc32c } from '@node-rs/crc32'
import type { Checksum } from '@holdfast/plugin'

/** A CRC-32C of bytes in passing. */
export interface RunningChecksum {
  update: (bytes: Buffer) => void
  result: () => Checksum
  /** As the service writes it. */
  inBase64: () => string
}

export function runningChecksum(): RunningChecksum {
  let checksum = 0
  const inBytes = (): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(checksum)
    return bytes
  }
  return {
    update: (bytes) => {
      checksum = crc32c(bytes, checksum)
    },
    result: () => ({ algorithm: 'crc32c', value: inBytes().toString('hex') }),
    inBase64: () => inBytes().toString('base64'),
  }
}
