import type { ObjectInfo } from '@holdfast/plugin'
import { infoFields, infoOf, resourceIn } from './resource.ts'
import { bucketUrl, type Store } from './store.ts'

/** Every object whose key starts with the prefix, page by page. What no key can mean is left out. */
export async function* listObjects(
  store: Store,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<ObjectInfo> {
  signal.throwIfAborted()
  const start = store.keys.startOf(prefix)
  const location = store.locationOf(start)
  let pageToken: string | undefined
  do {
    const url = bucketUrl(store, 'o', {
      prefix: start,
      pageToken,
      fields: `nextPageToken,items(${infoFields})`,
    })
    const { json } = await store.connection.askAgain(
      { operation: 'list', location, method: 'GET', url },
      signal,
    )
    const { items = [], nextPageToken } = (json ?? {}) as { items?: unknown[]; nextPageToken?: string }
    for (const item of items) {
      signal.throwIfAborted()
      const resource = resourceIn(item, location)
      const key = store.keys.keyOf(resource.name)
      if (key !== undefined && resource.name.startsWith(start)) yield infoOf(key, resource)
    }
    pageToken = nextPageToken
  } while (pageToken !== undefined && pageToken !== '')
  signal.throwIfAborted()
}
