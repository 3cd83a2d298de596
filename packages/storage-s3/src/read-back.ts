import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { type Checksum, HoldfastError, type StoredObject } from '@holdfast/plugin'
import { toldChecksums } from './checksum.ts'
import { isOurs, type Writing, type Written } from './commit.ts'
import { ignoredBy } from './ignored.ts'
import { lengthOf, look } from './look.ts'
import type { Store } from './store.ts'

/** What was sent. */
export interface Sent extends Written {
  key: string
  bytes: number
  checksum: Checksum | undefined
}

/** Looks at what was stored, and compares it with what was sent and asked for. */
export async function readBack(store: Store, writing: Writing, sent: Sent): Promise<StoredObject> {
  const { key, bytes, createOnly } = sent
  const found = await look(store, writing.fullKey)
  if (found === undefined) {
    throw new HoldfastError(
      'STORAGE_PROMISE_BROKEN',
      `the store answered that ${writing.location} is stored, and then that it is not there`,
      {
        hint: 'Do not keep backups there. If a program that deletes looks after the bucket, leave this prefix out.',
      },
    )
  }
  const stored: StoredObject = {
    key,
    bytes,
    modifiedAt: found.LastModified ?? new Date(),
    ...(createOnly !== undefined && { createOnly }),
  }
  // Another write may have replaced it since, and then nothing more can be known.
  if (isAnothers(found, writing, sent)) return stored
  const storedBytes = lengthOf(found, writing.location)
  if (storedBytes !== bytes) {
    throw new HoldfastError(
      'STORAGE_LENGTH',
      `${writing.location}: the store has ${storedBytes} bytes, and ${bytes} were sent`,
      { hint: left },
    )
  }
  const told = toldChecksums(found).find(({ algorithm }) => algorithm === sent.checksum?.algorithm)
  if (told !== undefined && told.value !== sent.checksum?.value) {
    throw new HoldfastError(
      'STORAGE_CHECKSUM',
      `${writing.location}: the store has computed ${told.algorithm} ${told.value}, and ${sent.checksum?.value} was sent`,
      { hint: left, retryable: true },
    )
  }
  const ignored = ignoredBy(found, writing.object, store.options)
  if (ignored.length > 0 && store.options.ignored === 'error') {
    throw new HoldfastError('STORAGE_IGNORED', `${writing.location}: ${ignored.join('; ')}`, {
      hint: `Leave the option out, or set ignored: warn to live with it. ${left}`,
    })
  }
  return {
    ...stored,
    ...(told !== undefined && { checksum: told }),
    ...(ignored.length > 0 && { warnings: ignored.map((what) => `${store.place.location('')}: ${what}`) }),
  }
}

const left =
  'The object was left where it is, because no key is ever deleted on an error; without a manifest it is no backup, and a later run sweeps it.'

function isAnothers(found: HeadObjectCommandOutput, writing: Writing, { etag }: Sent): boolean {
  if (isOurs(found, writing)) return false
  // A store that keeps no metadata still has the ETag that it gave.
  return found.Metadata?.['holdfast-write'] !== undefined || (etag !== undefined && found.ETag !== etag)
}
