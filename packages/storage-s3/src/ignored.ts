import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import type { NewObject } from './new-object.ts'
import type { S3Options } from './options.ts'

/** How much earlier than asked for a lock may end, for stores that keep whole seconds, in milliseconds. */
const lockToleranceMs = 1000

/** What was asked for with an object and is not so, in one sentence each. */
export function ignoredBy(
  found: HeadObjectCommandOutput,
  asked: NewObject,
  { serverSideEncryption, storageClass, objectLock }: S3Options,
): string[] {
  const ignored: string[] = []
  if (serverSideEncryption !== undefined && found.ServerSideEncryption !== serverSideEncryption.algorithm) {
    ignored.push(
      `encryption with ${serverSideEncryption.algorithm} was asked for, and the store has ${found.ServerSideEncryption ?? 'not encrypted it'}`,
    )
  } else if (!isKey(found.SSEKMSKeyId, asked.SSEKMSKeyId)) {
    ignored.push(
      `encryption with the key ${asked.SSEKMSKeyId} was asked for, and the store used ${found.SSEKMSKeyId ?? 'none'}`,
    )
  }
  const storedClass = found.StorageClass ?? 'STANDARD'
  if (storageClass !== undefined && storedClass !== storageClass) {
    ignored.push(`the class ${storageClass} was asked for, and the store has it in ${storedClass}`)
  }
  const until = asked.ObjectLockRetainUntilDate
  if (objectLock !== undefined && until !== undefined) {
    const stored = found.ObjectLockRetainUntilDate
    const isLocked =
      found.ObjectLockMode === objectLock.mode &&
      stored !== undefined &&
      stored.getTime() >= until.getTime() - lockToleranceMs
    if (!isLocked) {
      const has =
        stored === undefined
          ? 'shows no lock'
          : `locks it (${found.ObjectLockMode}) until ${stored.toISOString()}`
      ignored.push(
        `a lock (${objectLock.mode}) until ${until.toISOString()} was asked for, and the store ${has}; seeing locks needs s3:GetObjectRetention`,
      )
    }
  }
  return ignored
}

// An alias can not be compared with the key behind it.
function isKey(stored: string | undefined, asked: string | undefined): boolean {
  if (asked === undefined || /^alias\/|:alias\//.test(asked)) return true
  return stored === asked || stored?.endsWith(`/${asked}`) === true
}
