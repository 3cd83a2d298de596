import { randomBytes } from 'node:crypto'
import type { S3Options } from './options.ts'

const dayMs = 86_400_000
const stamp = /_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})(?:[-.]|$)/

/** What a new object is given besides its bytes. */
export interface NewObject {
  Metadata: Record<string, string>
  ServerSideEncryption?: 'AES256' | 'aws:kms'
  SSEKMSKeyId?: string
  StorageClass?: never
  Tagging?: string
  ObjectLockMode?: 'GOVERNANCE' | 'COMPLIANCE'
  ObjectLockRetainUntilDate?: Date
}

export function newObject(key: string, job: string, options: S3Options, now = new Date()): NewObject {
  const { metadata, serverSideEncryption: encryption, storageClass, tags, objectLock } = options
  return {
    Metadata: {
      'backup-date': dateIn(key) ?? now.toISOString(),
      job,
      ...metadata,
      // By this a write whose answer was lost is known again.
      'holdfast-write': randomBytes(12).toString('hex'),
    },
    ...(encryption !== undefined && { ServerSideEncryption: encryption.algorithm }),
    ...(encryption?.algorithm === 'aws:kms' &&
      encryption.kmsKeyId !== undefined && { SSEKMSKeyId: encryption.kmsKeyId }),
    // Other stores have other classes than those that the SDK knows of.
    ...(storageClass !== undefined && { StorageClass: storageClass as never }),
    ...(Object.keys(tags).length > 0 && { Tagging: new URLSearchParams(tags).toString() }),
    ...(objectLock !== undefined && {
      ObjectLockMode: objectLock.mode,
      ObjectLockRetainUntilDate: new Date(now.getTime() + objectLock.days * dayMs),
    }),
  }
}

/** When the backup was made that an object belongs to, as its name has it. */
function dateIn(key: string): string | undefined {
  const [, year, month, day, hour, minute, second] = stamp.exec(key) ?? []
  return year === undefined ? undefined : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
}
