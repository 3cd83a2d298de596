import { hasCode } from '@holdfast/plugin'
import { objectUrl, type Store } from './store.ts'

/** Removes the object. One that is not there is fine. */
export async function removeObject(store: Store, key: string, signal: AbortSignal): Promise<void> {
  const name = store.keys.nameOf(key)
  const location = store.locationOf(name)
  try {
    await store.connection.askAgain(
      { operation: 'remove', location, method: 'DELETE', url: objectUrl(store, name) },
      signal,
    )
  } catch (error) {
    if (!hasCode(error, 'STORAGE_NOT_FOUND')) throw error
  }
}
