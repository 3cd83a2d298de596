import { HoldfastError, type StorageStatus } from '@holdfast/plugin'
import { hintFor } from './hints.ts'
import { bucketUrl, type Store } from './store.ts'

/** What a run does to the objects of a bucket; removing them may be left to another. */
const writes = 'storage.objects.create'
const wanted = [writes, 'storage.objects.get', 'storage.objects.list']

/** Looks whether the bucket is there and lets this caller list, read and write. Writes nothing. */
export async function check(store: Store, signal: AbortSignal): Promise<StorageStatus> {
  signal.throwIfAborted()
  const location = store.locationOf('')
  const list = bucketUrl(store, 'o', {
    prefix: store.keys.startOf(''),
    maxResults: 1,
    fields: 'nextPageToken',
  })
  await store.connection.askAgain({ operation: 'check', location, method: 'GET', url: list }, signal)
  const missing = (await missingPermissions(store, location, signal)).join(' and ')
  if (missing === '') return { warnings: warningsOf(store) }
  if (store.options.prefix !== '') {
    // A condition may grant below the prefix what is not granted on the bucket.
    const warning = `${missing} is not granted on the bucket of ${location}; unless a condition grants it there, storing will fail.`
    return { warnings: [warning, ...warningsOf(store)] }
  }
  const kind = { code: 'STORAGE_PERMISSION', what: '', permission: missing } as const
  throw new HoldfastError('STORAGE_PERMISSION', `${missing} is not granted on ${location}`, {
    hint: hintFor(kind, 'check', store),
  })
}

async function missingPermissions(store: Store, location: string, signal: AbortSignal): Promise<string[]> {
  const asked = wanted.map((permission) => `permissions=${permission}`).join('&')
  const url = `${bucketUrl(store, 'iam/testPermissions')}?${asked}`
  try {
    const { json } = await store.connection.askAgain(
      { operation: 'check', location, method: 'GET', url },
      signal,
    )
    const { permissions = [] } = (json ?? {}) as { permissions?: string[] }
    return wanted.filter((permission) => !permissions.includes(permission))
  } catch {
    signal.throwIfAborted()
    // Emulators do not answer this; then the first write tells.
    return []
  }
}

function warningsOf({ place, options }: Store): string[] {
  const { protocol, hostname } = new URL(place.endpoint)
  const isOpen = protocol === 'http:' && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
  return [
    ...(isOpen ? [`Everything goes to ${place.endpoint} as it is, for all on the way to read.`] : []),
    ...(options.temporaryHold
      ? ['Objects get a temporary hold: no prune deletes them before somebody releases it.']
      : []),
  ]
}
