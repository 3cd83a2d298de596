import { HoldfastError, type Storage } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { type MemoryStorage, memoryStorage } from '../memory-storage.ts'
import { storageCases } from './cases.ts'
import { runStorageChecks, type StorageCheck } from './checks.ts'

const { signal } = new AbortController()
const capabilities = { inMemory: true, partBytes: 1024, pageObjects: 20 }

/** A storage in which somebody's backups are. */
function inUse(): MemoryStorage {
  const storage = memoryStorage()
  for (const key of ['shop/a', 'shop/.holdfast-check', 'shopping/b', 'F', 'hf-cc', 'c']) {
    storage.objects.set(key, { bytes: Buffer.from(key), modifiedAt: new Date(0) })
  }
  return storage
}

async function checksOf(storage: Storage, cancel = signal): Promise<StorageCheck[]> {
  const checks: StorageCheck[] = []
  const options = { signal: cancel, prefix: 'shop/', capabilities, timeoutMs: 30_000 }
  for await (const check of runStorageChecks(storage, options)) checks.push(check)
  return checks
}

const named = (checks: StorageCheck[], status: StorageCheck['status']): string[] =>
  checks.filter((check) => check.status === status).map(({ name }) => name)

it('holds a storage in use to every promise, and leaves it as it was', { timeout: 60_000 }, async () => {
  const storage = inUse()
  const checks = await checksOf(storage)
  expect(checks.map(({ name }) => name)).toEqual([...storageCases.map(({ name }) => name), 'scratch'])
  expect(named(checks, 'failed')).toEqual([])
  expect(named(checks, 'warning')).toEqual([])
  expect(named(checks, 'skipped')).toEqual([
    'checksums',
    'checksums of what is there',
    'nothing is left',
    'running writes',
    'stranded writes',
    'errors of the family',
    'no secret',
    'memory of a put',
  ])
  expect(storage.objects).toEqual(inUse().objects)
})

it(
  'touches nothing outside its scratch prefix, whatever the storage makes of keys and prefixes',
  { timeout: 60_000 },
  async () => {
    const normal = (key: string): string => new URL(`x:/${key.replaceAll('\\', '/')}`).pathname.slice(1)
    const honest = inUse()
    const { size } = honest.objects
    const removed: string[] = []
    const storage: Storage = {
      ...honest,
      put: (key, body, options) => honest.put(normal(key), body, options),
      remove: async (key, cancel) => {
        removed.push(normal(key))
        await honest.remove(normal(key), cancel)
      },
      // Everything, unless that would be noticed at once.
      list: (prefix, cancel) => honest.list(honest.objects.size > size + 3 ? '' : prefix, cancel),
    }
    const checks = await checksOf(storage)
    expect(named(checks, 'failed')).toEqual(expect.arrayContaining(['hostile keys', 'prefixes']))
    expect(removed.filter((key) => !key.startsWith('shop/.holdfast-check-'))).toEqual([])
    for (const [key, object] of inUse().objects) expect(honest.objects.get(key)).toEqual(object)
  },
)

it(
  'removes what it wrote when it is cancelled, and then ends with the reason',
  { timeout: 60_000 },
  async () => {
    const storage = inUse()
    const cancel = new AbortController()
    const reason = new HoldfastError('RUN_INTERRUPTED', 'interrupted')
    const seen: StorageCheck[] = []
    const checking = (async () => {
      const put: Storage['put'] = async (key, body, options) => {
        const info = await storage.put(key, body, options)
        if (seen.length === 4) cancel.abort(reason)
        return info
      }
      const options = { signal: cancel.signal, prefix: 'shop/', capabilities }
      for await (const check of runStorageChecks({ ...storage, put }, options)) seen.push(check)
    })()
    await expect(checking).rejects.toBe(reason)
    expect(seen.at(-1)).toMatchObject({ name: 'scratch', status: 'passed' })
    expect(storage.objects).toEqual(inUse().objects)
  },
)

it('does not go on where the storage can not be used at all', { timeout: 60_000 }, async () => {
  const refused = new HoldfastError('STORAGE_PERMISSION', 'the bucket says 403')
  const checks = await checksOf({ ...inUse(), check: () => Promise.reject(refused) })
  expect(checks[0]).toEqual({
    name: 'check',
    status: 'failed',
    detail: 'check failed with STORAGE_PERMISSION (the bucket says 403)',
    error: refused,
  })
  expect(named(checks, 'skipped')).toHaveLength(storageCases.length)
})

it('warns of what some services can not do, and says what that means', { timeout: 60_000 }, async () => {
  const honest = inUse()
  const put: Storage['put'] = async (key, body, { ifAbsent, ...options }) => {
    if (ifAbsent === true && honest.objects.has(key)) throw new HoldfastError('STORAGE_EXISTS', key)
    await Promise.resolve()
    const info = await honest.put(key, body, options)
    return ifAbsent === true ? { ...info, createOnly: 'checked' } : info
  }
  const checks = await checksOf({ ...honest, put })
  expect(named(checks, 'failed')).toEqual([])
  const [warning] = checks.filter(({ status }) => status === 'warning')
  expect(warning?.name).toBe('create-only race')
  expect(warning?.detail).toMatch(/^20 of 20 create-only puts of one key succeeded\. This store/)
})

it('says what it could not remove', { timeout: 60_000 }, async () => {
  const denied = new HoldfastError('STORAGE_PERMISSION', 'this user may not delete')
  const checks = await checksOf({ ...inUse(), remove: () => Promise.reject(denied) })
  expect(named(checks, 'failed')).toContain('double remove')
  expect(checks.at(-1)).toMatchObject({ name: 'scratch', status: 'failed', error: denied })
  expect(checks.at(-1)?.detail).toMatch(
    /^memory:\/shop\/\.holdfast-check-[0-9a-f]{16}\/ could not be removed: /,
  )
})
