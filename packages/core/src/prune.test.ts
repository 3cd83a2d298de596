import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import { HoldfastError } from '@holdfast/plugin'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCatalog } from './catalog.ts'
import { addBackup } from './fixtures.test.ts'
import type { JobStorage } from './job.ts'
import { copyingKey, manifestKey } from './keys.ts'
import { applyPrune, planPrune } from './prune.ts'
import { protect } from './records.ts'
import { createRedactor } from './wrap/redact.ts'

const signal = new AbortController().signal
const day = (count: number): Date => new Date(Date.UTC(2026, 0, 1 + count, 3))
const now = day(100)

const named = (
  instance: JobStorage['instance'],
  retention: JobStorage['retention'] & {} = { last: 1 },
): JobStorage => ({
  name: 'disk',
  plugin: 'memory',
  instance,
  retention,
})

async function prune(storage: JobStorage, between: () => Promise<void> = async () => {}) {
  const plan = await planPrune(storage, 'shop', { now, signal })
  await between()
  return applyPrune(plan, {
    now,
    orphansBefore: now,
    report: (error) => createRedactor().error(error),
    signal,
  })
}

async function three(): Promise<{ disk: MemoryStorage; bases: string[] }> {
  const disk = memoryStorage(() => now)
  const bases: string[] = []
  for (const count of [1, 2, 3]) bases.push(await addBackup(disk, day(count), {}, [{}]))
  return { disk, bases }
}

describe('pruning', () => {
  it('removes a backup with everything of it, the manifest first', async () => {
    const { disk, bases } = await three()
    const order: string[] = []
    const result = await prune(
      named({ ...disk, remove: async (key) => void (order.push(key), disk.objects.delete(key)) }),
    )
    expect(result).toMatchObject({
      deleted: ['shop_full_20260103_030000', 'shop_full_20260102_030000'],
      kept: 1,
      errors: [],
    })
    expect(order[0]).toBe(manifestKey(bases[1] ?? ''))
    expect([...disk.objects.keys()].every((key) => key.startsWith(bases[2] ?? ''))).toBe(true)
  })

  it('goes on after a failure and says which backup it was', async () => {
    const { disk, bases } = await three()
    const stuck = manifestKey(bases[1] ?? '')
    const remove = async (key: string) => {
      if (key === stuck) throw new HoldfastError('STORAGE_PERMISSION', `may not delete ${key}`)
      disk.objects.delete(key)
    }
    const result = await prune(named({ ...disk, remove }))
    expect(result).toMatchObject({
      deleted: ['shop_full_20260102_030000'],
      kept: 2,
      errors: [{ code: 'STORAGE_PERMISSION', plugin: 'disk', message: `may not delete ${stuck}` }],
    })
  })

  it('leaves a backup that was protected after the plan was made', async () => {
    const { disk, bases } = await three()
    const result = await prune(named(disk), () => protect(disk, bases[0] ?? '', now, signal))
    expect(result.deleted).toEqual(['shop_full_20260103_030000'])
    expect(disk.objects.has(manifestKey(bases[0] ?? ''))).toBe(true)
  })

  it('does not see, and does not touch, a backup that came after the plan', async () => {
    const { disk } = await three()
    let base = ''
    await prune(named(disk), async () => {
      base = await addBackup(disk, day(99), {}, [{}])
    })
    expect(disk.objects.has(manifestKey(base))).toBe(true)
  })

  it('keeps the report of a failed run, sweeps its data, and drops the report when it is old', async () => {
    const disk = memoryStorage()
    const base = 'shop/2026/01/shop_full_20260105_030000'
    for (const part of ['dump.zst', 'report.json']) {
      disk.objects.set(`${base}.${part}`, { bytes: Buffer.from('x'), modifiedAt: day(99) })
    }
    expect(await prune(named(disk))).toMatchObject({ orphans: 1 })
    expect([...disk.objects.keys()]).toEqual([`${base}.report.json`])
    disk.objects.set(`${base}.report.json`, { bytes: Buffer.from('x'), modifiedAt: day(5) })
    await prune(named(disk))
    expect(disk.objects.size).toBe(0)
  })

  it('leaves an orphan that may still be written', async () => {
    const disk = memoryStorage()
    disk.objects.set('shop/2026/01/shop_full_20260105_030000.dump.zst', {
      bytes: Buffer.from('x'),
      modifiedAt: now,
    })
    expect(await prune(named(disk))).toMatchObject({ orphans: 0 })
    expect(disk.objects.size).toBe(1)
  })
})

describe('writes that are not finished', () => {
  const hourMs = 3_600_000
  const copied = 'shop/2026/01/shop_full_20260105_030000'

  /** Prunes as a run does that began two hours ago, and gives from when on it left such writes alone. */
  async function sweptBefore(marks: Record<string, Date>): Promise<Date | undefined> {
    const { disk } = await three()
    for (const [base, modifiedAt] of Object.entries(marks))
      disk.objects.set(copyingKey(base), { bytes: Buffer.from('{}'), modifiedAt })
    let swept: Date | undefined
    const removeUnfinished = async (_prefix: string, before: Date) => {
      swept = before
      return 0
    }
    const plan = await planPrune(named({ ...disk, removeUnfinished }), 'shop', { now, signal })
    await applyPrune(plan, {
      now,
      orphansBefore: new Date(now.getTime() - 2 * hourMs),
      report: (error) => createRedactor().error(error),
      signal,
    })
    return swept
  }

  it('are swept where the run before it died', async () => {
    expect(await sweptBefore({})).toEqual(new Date(now.getTime() - 2 * hourMs))
  })

  it('are left for a day while a copy is under way, which holds no lock', async () => {
    const begun = new Date(now.getTime() - 3 * hourMs)
    expect(await sweptBefore({ [copied]: begun })).toEqual(day(99))
  })

  it('are swept where the copy died a day ago', async () => {
    const died = new Date(now.getTime() - 25 * hourMs)
    expect(await sweptBefore({ [copied]: died })).toEqual(new Date(now.getTime() - 2 * hourMs))
  })
})

describe('backup and prune at the same time', () => {
  it('loses no new backup and always leaves a verified one, in 1,000 interleavings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 3 }), async (scheduler, last) => {
        const { disk } = await three()
        const turn = () => scheduler.schedule(Promise.resolve())
        const shared: MemoryStorage = {
          ...disk,
          put: async (key, body, options) => (await turn(), disk.put(key, body, options)),
          get: async (key, options) => (await turn(), disk.get(key, options)),
          remove: async (key, callSignal) => (await turn(), disk.remove(key, callSignal)),
        }
        const backingUp = addBackup(shared, day(99), {}, [{}])
        const pruning = Promise.all([prune(named(shared, { last })), prune(named(shared, { last }))])
        const [base] = await scheduler.waitFor(Promise.all([backingUp, pruning]))
        const { backups } = await readCatalog(named(disk), 'shop', signal)
        expect(backups.find((backup) => backup.base === base)).toMatchObject({ verification: 'archive' })
        expect(backups.every((backup) => backup.verification === 'archive')).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})
