import { type Checksum, HoldfastError } from '@holdfast/plugin'
import { broken, wrongLength } from './errors.ts'
import type { NewObject } from './new-object.ts'
import type { GcsOptions } from './options.ts'
import type { Resource } from './resource.ts'
import { objectUrl, type Store } from './store.ts'

/** How long removing what is not as it was sent may take, in milliseconds. */
const removalMs = 10_000

export interface Sent {
  bytes: number
  checksum: Checksum
  /** The same, as the service writes it. */
  crc32c: string
  object: NewObject
}

/**
 * Compares what the service says that it made with what was sent and asked for. Where it is another, this very
 * generation is removed again, and nothing else that may stand at the name by now. Resolves with what to warn about.
 */
export async function readBack(
  store: Store,
  location: string,
  resource: Resource,
  sent: Sent,
): Promise<string[]> {
  const ignored = whatWasIgnored(store.options, resource, sent.object)
  const error = whatIsWrong(store.options, location, resource, sent, ignored)
  if (error === undefined)
    return ignored.map((option) => `${store.locationOf('')} took an object and ignored ${option}.`)
  const { generation } = resource
  const removed = await store.connection
    .askAgain(
      {
        operation: 'remove',
        location,
        method: 'DELETE',
        url: objectUrl(store, resource.name, { generation, ifGenerationMatch: generation }),
        accepts: [404, 412],
      },
      AbortSignal.timeout(removalMs),
    )
    .then(
      () => true,
      () => false,
    )
  if (removed) throw error
  throw new HoldfastError(
    error.code,
    `${error.message}; it could not be removed again and is generation ${generation} of ${location}`,
    { hint: error.hint },
  )
}

function whatIsWrong(
  options: GcsOptions,
  location: string,
  resource: Resource,
  { bytes, crc32c }: Sent,
  ignored: readonly string[],
): HoldfastError | undefined {
  if (Number(resource.size) !== bytes)
    return wrongLength(location, `the service says that it has ${resource.size} bytes, not ${bytes}`)
  if (resource.crc32c !== undefined && resource.crc32c !== crc32c) {
    return broken(
      'STORAGE_CHECKSUM',
      `${location}: the service has other bytes than were sent: CRC-32C ${resource.crc32c}, not ${crc32c}`,
      'Run again; if it happens again, do not keep backups there.',
    )
  }
  if (ignored.length === 0 || options.ignored === 'warn') return undefined
  return broken(
    'STORAGE_IGNORED',
    `${location}: the service took the object and ignored ${ignored.join(', ')}`,
    'Leave the option out, use a service that honours it, or set ignored: warn.',
  )
}

/** What was asked for and is not there, by the names of the options. */
function whatWasIgnored(
  { kmsKeyName, storageClass, retention, temporaryHold }: GcsOptions,
  resource: Resource,
  object: NewObject,
): string[] {
  const key = resource.kmsKeyName?.replace(/\/cryptoKeyVersions\/[^/]+$/, '')
  const until = Date.parse(resource.retention?.retainUntilTime ?? '')
  const isRetained =
    resource.retention?.mode === object.retention?.mode &&
    until >= Date.parse(object.retention?.retainUntilTime ?? '')
  const { metadata } = object
  return [
    ...(kmsKeyName !== undefined && key !== kmsKeyName ? ['kmsKeyName'] : []),
    ...(storageClass !== undefined && resource.storageClass !== storageClass ? ['storageClass'] : []),
    ...(retention !== undefined && !isRetained ? ['retention'] : []),
    ...(temporaryHold && resource.temporaryHold !== true ? ['temporaryHold'] : []),
    ...(Object.entries(metadata).some(([name, value]) => resource.metadata?.[name] !== value)
      ? ['metadata']
      : []),
  ]
}
