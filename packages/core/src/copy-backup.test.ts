import { createHash, randomBytes } from 'node:crypto'
import { HoldfastError, type Manifest, type Storage, type Verifier } from '@holdfast/plugin'
import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import { findBackup, listBackups } from './backups.ts'
import { copyBackup, type CopyReport } from './copy-backup.ts'
import { addBackup, manifestOf } from './fixtures.test.ts'
import type { JobStorage, Named } from './job.ts'
import { backupBase, copyingKey, manifestKey } from './keys.ts'
import { applyPrune, planPrune } from './prune.ts'
import { accept, protect } from './records.ts'
import { createRedactor } from './wrap/redact.ts'

const { signal } = new AbortController()
const startedAt = new Date('2026-11-22T03:00:00Z')
const now = new Date('2026-11-23T03:00:00Z')
const base = backupBase('shop', 'shop_full_20261122_030000', startedAt)
const dump = randomBytes(3_000_000)
const sidecar = Buffer.from('digest  name\n')

let near: MemoryStorage
let far: MemoryStorage

const named = (name: string, instance: Storage): JobStorage => ({ name, plugin: 'memory', instance })
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Reads what is stored and compares it with the manifest. */
const archive: Named<Verifier> = {
  name: 'archive',
  plugin: 'archive',
  instance: {
    proves: 'archive',
    async verify(input) {
      const hash = createHash('sha256')
      const { manifest } = input
      for await (const chunk of (await input.open('dump')) as AsyncIterable<Buffer>) hash.update(chunk)
      const status = hash.digest('hex') === manifest.objects[0]?.sha256 ? 'passed' : 'failed'
      return { status, checks: [{ name: 'sha256', status, detail: 'compared' }] }
    },
  },
}

function objects(): Manifest['objects'] {
  return [
    { role: 'sidecar', key: `${base}.dump.zst.sha256`, bytes: sidecar.length, sha256: sha256(sidecar) },
    { role: 'dump', key: `${base}.dump.zst`, bytes: dump.length, sha256: sha256(dump) },
  ]
}

beforeEach(async () => {
  ;[near, far] = [memoryStorage(() => startedAt), memoryStorage(() => now)]
  near.objects.set(`${base}.dump.zst`, { bytes: dump, modifiedAt: startedAt })
  near.objects.set(`${base}.dump.zst.sha256`, { bytes: sidecar, modifiedAt: startedAt })
  const [first, second] = objects()
  await addBackup(near, startedAt, { objects: [second!, first!] }, [
    {},
    { proves: 'plausible', verifier: 'size', status: 'failed' },
  ])
})

async function copyTo(to: Storage, from: Storage = near): Promise<CopyReport> {
  const storages = [named('near', from), named('far', to)]
  const backup = findBackup(await listBackups(storages, 'shop', signal), 'latest')
  return copyBackup(backup, named('far', to), {
    storages,
    verifiers: [archive],
    report: (error) => createRedactor().error(error),
    now: () => now,
    signal,
  })
}

const farKeys = (): string[] => [...far.objects.keys()].map((key) => key.slice(base.length + 1)).toSorted()

/** Far away, with a put that is another one. */
function farWith(
  put: (key: string, call: () => ReturnType<Storage['put']>) => ReturnType<Storage['put']>,
): Storage {
  return { ...far, put: (key, body, options) => put(key, () => far.put(key, body, options)) }
}

describe('a copy', () => {
  it('is the same to the last byte, and verified where it lies', async () => {
    const report = await copyTo(far)
    expect(report).toMatchObject({
      command: 'copy',
      status: 'succeeded',
      from: 'near',
      to: 'far',
      location: `memory:/${base}.dump.zst`,
      verdicts: [{ verifier: 'archive', storage: 'far', status: 'passed' }],
    })
    expect(report.objects.map(({ status }) => status)).toEqual(['copied', 'copied', 'copied'])
    for (const key of [`${base}.dump.zst`, `${base}.dump.zst.sha256`, manifestKey(base)]) {
      expect(far.objects.get(key)?.bytes.equals(near.objects.get(key)?.bytes ?? Buffer.alloc(0))).toBe(true)
    }
    expect(farKeys()).toEqual([
      'dump.zst',
      'dump.zst.sha256',
      'manifest.json',
      'verdict-20261123T030000000Z.json',
    ])
    const [backup] = await listBackups([named('far', far)], 'shop', signal)
    expect(backup).toMatchObject({ verification: 'archive', suspect: true })
  })

  it('has its manifest last', async () => {
    const order: string[] = []
    await copyTo(
      farWith((key, call) => {
        order.push(key.slice(base.length + 1))
        return call()
      }),
    )
    const data = order.filter((part) => part !== 'copying.json')
    expect(data.slice(0, 3)).toEqual(['dump.zst', 'dump.zst.sha256', 'manifest.json'])
  })

  it('takes its marks along, before it is there', async () => {
    await protect(near, base, now, signal)
    await accept(near, base, now, signal)
    const order: string[] = []
    await copyTo(
      farWith((key, call) => {
        order.push(key)
        return call()
      }),
    )
    const at = (part: string): number => order.indexOf(`${base}.${part}`)
    expect(at('protected.json')).toBeGreaterThan(-1)
    expect(at('protected.json')).toBeLessThan(at('manifest.json'))
    const [backup] = await listBackups([named('far', far)], 'shop', signal)
    expect(backup).toMatchObject({ protected: true, suspect: false, copies: [{ accepted: true }] })
  })

  it('is not made twice', async () => {
    await copyTo(far)
    const before = farKeys()
    const again = await copyTo(
      farWith((key, call) => {
        if (!key.includes('.verdict-')) throw new Error(`${key} is written again`)
        far.objects.delete(key)
        return call()
      }),
    )
    expect(again.status).toBe('succeeded')
    expect(again.objects.every(({ status }) => status === 'kept')).toBe(true)
    expect(farKeys()).toEqual(before)
  })

  it('needs another copy to come from', async () => {
    await copyTo(far)
    near.objects.clear()
    await expect(copyTo(far)).rejects.toMatchObject({
      code: 'BACKUP_NOT_FOUND',
      message: expect.stringContaining('is in far only') as string,
    })
  })
})

describe('a copy that fails', () => {
  const parts = ['dump.zst', 'dump.zst.sha256', 'manifest.json']

  it.each(parts)('at %s leaves no manifest, and goes on there the next time', async (part) => {
    const full = farWith(async (key, call) => {
      if (key === `${base}.${part}`) throw new HoldfastError('STORAGE_FULL', 'no room')
      return call()
    })
    await expect(copyTo(full)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(farKeys()).not.toContain('manifest.json')
    const { status, objects: brought } = await copyTo(far)
    expect(status).toBe('succeeded')
    expect(brought.map((object) => object.status)).toEqual(
      parts.map((one) => (parts.indexOf(one) < parts.indexOf(part) ? 'kept' : 'copied')),
    )
    expect(farKeys()).not.toContain('copying.json')
  })

  it('is tried again where that may help, from the first byte', async () => {
    let tries = 0
    const shaky = farWith(async (key, call) => {
      if (key.endsWith('.dump.zst') && ++tries < 3)
        throw new HoldfastError('STORAGE_FAILED', '503', { retryable: true })
      return call()
    })
    expect((await copyTo(shaky)).status).toBe('succeeded')
    expect(tries).toBe(3)
  })

  it.each([
    ['dump.zst', Buffer.from('short')],
    ['dump.zst', randomBytes(dump.length)],
    ['dump.zst.sha256', Buffer.from('another one')],
    ['manifest.json', Buffer.from('{}')],
  ])('because another %s is there overwrites nothing', async (part, bytes) => {
    const key = `${base}.${part}`
    far.objects.set(key, { bytes, modifiedAt: now })
    await expect(copyTo(far)).rejects.toMatchObject({ code: 'STORAGE_EXISTS' })
    expect(far.objects.get(key)?.bytes.equals(bytes)).toBe(true)
    const [backup] = await listBackups([named('far', far)], 'shop', signal)
    expect(backup?.manifest).toBeUndefined()
  })

  it.each([
    ['longer', Buffer.concat([dump, Buffer.from('x')])],
    ['shorter', dump.subarray(0, -1)],
    ['other', Buffer.concat([dump.subarray(0, -1), Buffer.from([(dump.at(-1) ?? 0) ^ 1])])],
  ])('because its source has %s bytes stores nothing of them', async (_, bytes) => {
    near.objects.set(`${base}.dump.zst`, { bytes, modifiedAt: startedAt })
    await expect(copyTo(far)).rejects.toMatchObject({ code: 'VERIFY_DIGEST' })
    expect(farKeys()).toEqual(['copying.json'])
  })

  it('because there is no room fails before a byte', async () => {
    const small: Storage = { ...far, check: async () => ({ freeBytes: 10 }) }
    await expect(copyTo(small)).rejects.toMatchObject({ code: 'STORAGE_FULL', plugin: 'far' })
    expect(farKeys()).toEqual([])
  })

  it('to be what it should is taken away again', async () => {
    const lossy: Storage = {
      ...far,
      put: async (key, body, options) => {
        const info = await far.put(key, body, options)
        const stored = far.objects.get(key)
        if (key.endsWith('.dump.zst') && stored !== undefined) stored.bytes = stored.bytes.subarray(0, -1)
        return info
      },
    }
    const report = await copyTo(lossy)
    expect(report).toMatchObject({
      status: 'failed',
      error: { code: 'VERIFY_FAILED', hint: expect.stringContaining('taken away') as string },
    })
    expect(farKeys()).toEqual([])
    expect((await copyTo(far)).status).toBe('succeeded')
  })
})

it('comes from the copy that is verified, and not from one that is damaged', async () => {
  const damaged = memoryStorage(() => startedAt)
  for (const [key, object] of near.objects) damaged.objects.set(key, { ...object })
  const key = `${base}.verdict-20261122T030000000Z.json`
  damaged.objects.delete(key)
  await addVerdict(damaged, 'failed')
  const storages = [named('damaged', damaged), named('near', near)]
  const [backup] = await listBackups(storages, 'shop', signal)
  const report = await copyBackup(backup!, named('far', far), {
    storages,
    verifiers: [archive],
    report: (error) => createRedactor().error(error),
    now: () => now,
    signal,
  })
  expect(report.from).toBe('near')
})

async function addVerdict(storage: MemoryStorage, status: 'failed'): Promise<void> {
  const other = memoryStorage(() => startedAt)
  await addBackup(other, startedAt, { objects: manifestOf(startedAt).objects }, [{ status }])
  const [key, record] = [...other.objects].find(([one]) => one.includes('.verdict-'))!
  const manifest = storage.objects.get(manifestKey(base))!.bytes
  const text = JSON.stringify({ ...JSON.parse(record.bytes.toString()), manifestSha256: sha256(manifest) })
  storage.objects.set(key, { bytes: Buffer.from(text), modifiedAt: startedAt })
}

describe('while a backup is copied', () => {
  const sweep = async (at: Date): Promise<number> => {
    const plan = await planPrune(named('far', far), 'shop', { now: at, signal })
    const report = (error: unknown) => createRedactor().error(error)
    return (await applyPrune(plan, { now: at, orphansBefore: at, report, signal })).orphans
  }

  it('a run that prunes leaves what there is of it alone for a day', async () => {
    const stopped = farWith(async (key, call) => {
      if (key === manifestKey(base)) throw new HoldfastError('STORAGE_FULL', 'no room')
      return call()
    })
    await expect(copyTo(stopped)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(farKeys()).toContain('copying.json')
    expect(await sweep(new Date(now.getTime() + 60_000))).toBe(0)
    expect(await sweep(new Date(now.getTime() + 2 * 86_400_000))).toBe(3)
    expect(far.objects.has(copyingKey(base))).toBe(false)
  })
})
