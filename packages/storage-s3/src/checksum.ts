import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Checksum } from '@holdfast/plugin'
import type { Service } from './service.ts'

type Mode = Service['checksum']

/** The fields of a request that carry a checksum of its body. */
export interface ChecksumFields {
  ChecksumCRC32?: string
  ChecksumSHA256?: string
  ContentMD5?: string
}

/** The checksum of these bytes for the store to check, as the mode wants it. */
export function checksumFields(mode: Mode, bytes: Buffer, isLocked: boolean): ChecksumFields {
  if (mode === 'crc32') return { ChecksumCRC32: base64Of(crc32(bytes)) }
  if (mode === 'sha256') return { ChecksumSHA256: digestOf('sha256', bytes) }
  // What is to be locked must have one, and this is the one that every store knows.
  return isLocked ? { ContentMD5: digestOf('md5', bytes) } : {}
}

/** What is known of a whole body while it goes by. */
export interface RunningChecksum {
  update(bytes: Buffer): void
  result(): Checksum | undefined
}

export function runningChecksum(mode: Mode): RunningChecksum {
  let value = 0
  const isKnown = mode === 'crc32'
  return {
    update: (bytes) => {
      if (isKnown) value = crc32(bytes, value)
    },
    result: () => (isKnown ? { algorithm: 'crc32', value: hexOf(value) } : undefined),
  }
}

/** The fields of an answer that carry a checksum of an object, in base64. */
export interface ToldChecksums {
  ChecksumType?: string | undefined
  ChecksumCRC32?: string | undefined
  ChecksumCRC32C?: string | undefined
  ChecksumCRC64NVME?: string | undefined
  ChecksumSHA256?: string | undefined
}

/** What the store says of the whole object; a checksum of checksums of parts says nothing of it, and is left out. */
export function toldChecksums(told: ToldChecksums): Checksum[] {
  if (told.ChecksumType !== 'FULL_OBJECT') return []
  const fields = [
    ['sha256', told.ChecksumSHA256],
    ['crc64nvme', told.ChecksumCRC64NVME],
    ['crc32c', told.ChecksumCRC32C],
    ['crc32', told.ChecksumCRC32],
  ] as const
  return fields.flatMap(([algorithm, value]) =>
    value === undefined ? [] : [{ algorithm, value: Buffer.from(value, 'base64').toString('hex') }],
  )
}

function digestOf(algorithm: 'sha256' | 'md5', bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('base64')
}

function base64Of(value: number): string {
  return Buffer.from(hexOf(value), 'hex').toString('base64')
}

function hexOf(value: number): string {
  return value.toString(16).padStart(8, '0')
}

/** The sha256 of a body that was sent in one request. */
export function sha256In({ ChecksumSHA256 }: ChecksumFields): Checksum | undefined {
  if (ChecksumSHA256 === undefined) return undefined
  return { algorithm: 'sha256', value: Buffer.from(ChecksumSHA256, 'base64').toString('hex') }
}
