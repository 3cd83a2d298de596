import { memoryStorage, storageSuite } from '@holdfast/testkit'
import { describe, it } from 'vitest'

storageSuite({
  it,
  describe,
  // An empty storage for each test: yours in place of this one.
  create() {
    const storage = memoryStorage()
    return {
      storage,
      // What must never show in an error, a warning or a location.
      secrets: ['correct horse battery staple'],
      cleanup: async () => storage.objects.clear(),
    }
  },
  // What it can not promise, and at which sizes it does something else than below them.
  capabilities: { inMemory: true, partBytes: 65_536, pageObjects: 100 },
})
