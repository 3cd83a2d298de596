import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bodyOf, failing, large, never, openDesk, partBytes } from './desk.test.data.ts'

// What ends before it is done: the body, the caller's patience, the process.

describe('a body that breaks', () => {
  it.each([0, 1, partBytes - 1, partBytes, partBytes + 1, 2 * partBytes, 2 * partBytes + 1])(
    'after %i bytes never ends an upload',
    async (bytes) => {
      const { double, storage } = await openDesk()
      for (const how of ['dies', 'closes'] as const) {
        const body = new Readable({ read() {} })
        if (bytes > 0) body.push(Buffer.alloc(bytes))
        const putting = storage.put('a', body, { signal: never })
        await Promise.all([
          expect(putting).rejects.toThrow(how === 'dies' ? 'the dump died' : 'Premature close'),
          sleep(30).then(() => body.destroy(how === 'dies' ? new Error('the dump died') : undefined)),
        ])
      }
      expect(double.requests.filter(({ kind }) => kind === 'commit')).toEqual([])
      expect(double.openUploads()).toEqual([])
      expect(double.objects.size).toBe(0)
    },
  )

  it('or is too short or too long never ends one either', async () => {
    const { double, put } = await openDesk()
    for (const bytes of [partBytes, 2 * partBytes]) {
      for (const apart of [-1, 1])
        await failing(put('a', Buffer.alloc(bytes), { bytes: bytes + apart }), 'STORAGE_LENGTH')
    }
    expect(double.requests.filter(({ kind }) => kind === 'commit')).toEqual([])
    expect(double.openUploads()).toEqual([])
  })
})

describe('a put that is cancelled', () => {
  it.each(['start', 'chunk', 'commit'] as const)(
    'ends soon where the service says nothing: at %s',
    async (on) => {
      const { double, storage } = await openDesk()
      double.addFault({ on, effect: 'blackHole', times: Infinity })
      const cancel = new AbortController()
      const putting = storage.put('a', bodyOf(large()), { signal: cancel.signal })
      await expect.poll(() => double.requests.some(({ kind }) => kind === on)).toBe(true)
      const began = performance.now()
      cancel.abort(new Error('cancelled'))
      await expect(putting).rejects.toThrow('cancelled')
      expect(performance.now() - began).toBeLessThan(9000)
      expect(double.objects.size).toBe(0)
      expect(double.openUploads()).toEqual([])
    },
  )

  it('when the object is already there resolves with it', async () => {
    const { double, storage } = await openDesk()
    double.addFault({ on: 'commit', effect: 'lostAnswer' })
    double.addFault({ on: 'probe', effect: 'blackHole' })
    const cancel = new AbortController()
    const content = large()
    const putting = storage.put('a', bodyOf(content), { signal: cancel.signal })
    await expect.poll(() => double.requests.some(({ kind }) => kind === 'probe')).toBe(true)
    cancel.abort(new Error('cancelled'))
    expect((await putting).bytes).toBe(content.length)
    expect((await double.contentOf('a')).equals(content)).toBe(true)
  })
})

it('a process that is killed leaves whole objects only, and nothing that the next one has to sweep', async () => {
  const { double, storage, keys } = await openDesk()
  const child = fileURLToPath(new URL('put-for-ever.test.data.ts', import.meta.url))
  const kills = 8
  for (let run = 0; run < kills; run++) {
    const args = ['--conditions=@holdfast/source', child, double.endpoint, double.bucket, String(run)]
    const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void running.kill('SIGKILL'))
    await once(running.stdout, 'data')
    await sleep(Math.random() * 150)
    running.kill('SIGKILL')
    await once(running, 'close')
  }
  const stored = await keys()
  expect(new Set(stored.map((key) => key.split('/')[0])).size).toBe(kills)
  for (const key of stored) {
    const content = await double.contentOf(key)
    expect(content.equals(Buffer.alloc(2 * partBytes + 1000, key.split('/')[0]))).toBe(true)
  }
  // The service forgets them by itself; a listing, a removal and a new write know nothing of them.
  const open = new Set(double.openUploads())
  expect(open.size).toBeGreaterThan(0)
  expect(stored.filter((key) => open.has(key))).toEqual([])
  for (const key of open) await storage.put(key, bodyOf('new'), { signal: never, ifAbsent: true })
  expect(await keys()).toHaveLength(stored.length + open.size)
})
