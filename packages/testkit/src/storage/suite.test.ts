import { it as nodeIt } from 'node:test'
import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../memory-storage.ts'
import type { StorageUnderTest } from './case.ts'
import { storageCases } from './cases.ts'
import { storageSuite, type StorageSuiteOptions } from './suite.ts'

/** What the suite declares, as a runner would have it. */
function declared(
  options: Omit<StorageSuiteOptions, 'it'>,
): Map<string, (context?: unknown) => Promise<void>> {
  const tests = new Map<string, (context?: unknown) => Promise<void>>()
  storageSuite({ ...options, it: (name, test) => tests.set(name.replace(/:.*/, ''), test) })
  return tests
}

describe('storageSuite', () => {
  it('declares one test for every case, also without describe', () => {
    const tests = declared({ create: () => ({ storage: memoryStorage() }) })
    expect([...tests.keys()].toSorted()).toEqual(storageCases.map(({ name }) => name).toSorted())
  })

  it('makes a storage for each case, and cleans up however the case ended', async () => {
    const events: string[] = []
    const create = (): StorageUnderTest => {
      events.push('create')
      const honest = memoryStorage()
      return {
        storage: { ...honest, stat: async () => undefined },
        cleanup: async () => events.push('cleanup'),
      }
    }
    const tests = declared({ create })
    await tests.get('put and get')?.()
    await expect(tests.get('agreement')?.()).rejects.toThrow('stat says that a/b is not there')
    expect(events).toEqual(['create', 'cleanup', 'create', 'cleanup'])
  })

  it('skips out loud where the runner can', async () => {
    const reasons: string[] = []
    const test = declared({ create: () => ({ storage: memoryStorage() }) }).get('no secret')
    const skip = (reason: string): number => reasons.push(reason)
    await test?.({ skip })
    await test?.(Object.assign(() => {}, { skip }))
    await test?.()
    await test?.(() => {})
    expect(reasons).toEqual(Array.from({ length: 2 }, () => 'no secret is known to look for'))
  })

  it('ends a case that takes too long, and says so', async () => {
    const create = (): StorageUnderTest => ({
      storage: { ...memoryStorage(), check: () => new Promise(() => {}) },
    })
    await expect(declared({ create, timeoutMs: 50 }).get('check')?.()).rejects.toThrow(
      'had not ended after 0.05 s',
    )
  })

  it("takes node:test's own it", () => {
    const options: Pick<StorageSuiteOptions, 'it'> = { it: nodeIt }
    expect(options.it).toBeTypeOf('function')
  })
})
