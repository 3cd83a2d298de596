import { expect, it } from 'vitest'
import { checksumOf } from './checksums.ts'

// The check values of the CRC catalogue, which are of just these bytes.
it.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
  ['sha256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
] as const)('%s of 123456789', (algorithm, value) => {
  expect(checksumOf(algorithm, Buffer.from('123456789'))).toEqual({ algorithm, value })
})

it('keeps leading zeros', () => {
  expect(checksumOf('crc32', Buffer.alloc(0)).value).toBe('00000000')
  expect(checksumOf('crc64nvme', Buffer.alloc(0)).value).toBe('0000000000000000')
})
