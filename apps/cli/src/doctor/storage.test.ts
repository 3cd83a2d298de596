import { createRedactor, type Job } from '@holdfast/core'
import type { Storage } from '@holdfast/plugin'
import { memoryStorage } from '@holdfast/testkit'
import { describe, expect, it } from 'vitest'
import { checkStorage } from './storage.ts'

const { signal } = new AbortController()
const job = { name: 'shop', redactor: createRedactor() } as unknown as Job

async function linesOn(storage: Storage): Promise<string[]> {
  const named = { name: 'disk', plugin: 'memory', instance: storage }
  const checks = await checkStorage(job, named, undefined, new Date(), signal)
  return checks.map(({ status, detail }) => `${status}: ${detail}`)
}

const honest = memoryStorage()
const word = (createOnly: 'checked' | undefined): Storage => ({
  ...honest,
  put: async (key, body, options) => {
    const { createOnly: _, ...info } = await honest.put(key, body, options)
    return { ...info, ...(createOnly && { createOnly }) }
  },
})
const careless: Storage = {
  ...honest,
  put: (key, body, options) => honest.put(key, body, { ...options, ifAbsent: false }),
}

describe('doctor says of a storage', () => {
  it.each([
    ['that refuses by itself', honest, 'passed: create-only writes are atomic'],
    ['that looks first', word('checked'), 'warning: create-only writes are only checked'],
    ['that does not say', word(undefined), 'warning: refuses a second create-only write, but does not say'],
    ['that ignores it', careless, 'warning: create-only writes are not honoured'],
  ])('%s what create-only is worth', async (_, storage, line) => {
    expect(await linesOn(storage)).toContainEqual(expect.stringContaining(line))
    expect(honest.objects.size).toBe(0)
  })

  it('whether it computes checksums', async () => {
    expect(await linesOn(honest)).toContainEqual(expect.stringContaining('gives no checksum'))
    const summing = memoryStorage(undefined, { checksum: 'crc64nvme' })
    expect(await linesOn(summing)).toContainEqual(expect.stringContaining('computes crc64nvme itself'))
  })
})
