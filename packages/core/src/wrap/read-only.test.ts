import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { memoryStorage } from '@holdfast/lab'
import { hasCode } from '@holdfast/plugin'
import { expect, it } from 'vitest'
import { readOnly } from './read-only.ts'

const { signal } = new AbortController()

it('reads, and refuses to write, remove or clean up', async () => {
  const inner = memoryStorage()
  inner.objects.set('a', { bytes: Buffer.from('one'), modifiedAt: new Date(0) })
  const storage = readOnly(inner)

  expect(await text(await storage.get('a', { signal }))).toBe('one')
  expect((await storage.stat('a', signal))?.bytes).toBe(3)
  for await (const { key } of storage.list('', signal)) expect(key).toBe('a')
  expect(await storage.check(signal)).toEqual({})

  const body = Readable.from([Buffer.from('two')], { objectMode: false })
  const refused = (error: unknown): boolean => hasCode(error, 'STORAGE_READ_ONLY')
  await expect(storage.put('b', body, { signal })).rejects.toSatisfy(refused)
  await expect(storage.remove('a', signal)).rejects.toSatisfy(refused)
  await expect(storage.removeUnfinished?.('', new Date(), signal)).rejects.toSatisfy(refused)
  expect(body.destroyed).toBe(true)
  expect([...inner.objects.keys()]).toEqual(['a'])
})
