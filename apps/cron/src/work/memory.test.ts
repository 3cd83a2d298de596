import { Readable } from 'node:stream'
import type { JobStorage } from '@holdfast/core'
import { HoldfastError, type Report, type Storage } from '@holdfast/plugin'
import { createSchedule } from '@holdfast/schedule'
import { memoryStorage } from '@holdfast/testkit'
import { describe, expect, it } from 'vitest'
import type { Task } from '../engine/task.ts'
import { recall, rememberDone } from './memory.ts'

const signal = AbortSignal.timeout(60_000)
const now = new Date('2026-11-27T12:00:00Z')
const earlier = new Date('2026-11-20T12:00:00Z')

const task = (kind: Task['kind'], expression = '@daily'): Task => ({
  job: 'shop',
  kind,
  schedule: createSchedule({ expression, name: `shop ${kind}` }),
})

const named = (instance: Storage, name = 'disk'): JobStorage => ({ name, plugin: 'memory', instance })

function jobOf(...storages: Storage[]) {
  return { name: 'shop', storages: storages.map((storage, index) => named(storage, `storage-${index}`)) }
}

async function keepReport(storage: Storage, at: string, status: Report['status']): Promise<void> {
  const stamp = at.replaceAll(/[-:]/g, '')
  const key = `shop/${at.slice(0, 4)}/${at.slice(5, 7)}/shop_full_${stamp.slice(0, 8)}_${stamp.slice(9, 15)}.report.json`
  const report = {
    schemaVersion: 1,
    command: 'backup',
    status,
    startedAt: at,
    notifications: [],
    retention: [],
    storages: [],
    verdicts: [],
  }
  await storage.put(key, Readable.from([Buffer.from(JSON.stringify(report))], { objectMode: false }), {
    signal,
  })
}

const down: Storage = {
  ...memoryStorage(),
  get: () => Promise.reject(new HoldfastError('STORAGE_UNAVAILABLE', 'down')),
  // oxlint-disable-next-line require-yield
  async *list() {
    throw new HoldfastError('STORAGE_UNAVAILABLE', 'down')
  },
}

describe('what the storages remember', () => {
  it('of a new job is nothing: it has missed nothing, and is known from then on', async () => {
    const job = jobOf(memoryStorage())
    const tasks = [task('backup'), task('verify'), task('check')]
    const first = await recall(job, tasks, { now: earlier, signal })
    expect([...first.doneUntil]).toEqual([
      ['backup', earlier],
      ['verify', earlier],
    ])
    await first.keep?.(signal)
    const second = await recall(job, tasks, { now, signal })
    expect([...second.doneUntil]).toEqual([...first.doneUntil])
    expect(second.keep).toBeUndefined()
  })

  it('of backups is the last report of a run that was not cancelled', async () => {
    const storage = memoryStorage()
    await keepReport(storage, '2026-11-24T03:00:00.000Z', 'succeeded')
    await keepReport(storage, '2026-11-25T03:00:00.000Z', 'failed')
    await keepReport(storage, '2026-11-26T03:00:00.000Z', 'cancelled')
    const { doneUntil } = await recall(jobOf(storage), [task('backup')], { now, signal })
    expect(doneUntil.get('backup')).toEqual(new Date('2026-11-25T03:00:00.000Z'))
  })

  it('of other tasks is what was written down when they were done', async () => {
    const job = jobOf(memoryStorage(), memoryStorage())
    await rememberDone(job, task('verify'), earlier, signal)
    for (const storage of job.storages) {
      const { doneUntil } = await recall({ name: 'shop', storages: [storage] }, [task('verify')], {
        now,
        signal,
      })
      expect(doneUntil.get('verify')).toEqual(earlier)
    }
  })

  it('of another schedule does not count', async () => {
    const storage = memoryStorage()
    const job = jobOf(storage)
    await (await recall(job, [task('backup')], { now: earlier, signal })).keep?.(signal)
    await keepReport(storage, '2026-11-24T03:00:00.000Z', 'succeeded')
    const { doneUntil } = await recall(job, [task('backup', '@hourly')], { now, signal })
    expect(doneUntil.get('backup')).toEqual(now)
  })

  it('is taken from whichever storage answers, and unknown where none does', async () => {
    const storage = memoryStorage()
    await rememberDone(jobOf(storage), task('prune'), earlier, signal)
    const { doneUntil } = await recall(jobOf(down, storage), [task('prune')], { now, signal })
    expect(doneUntil.get('prune')).toEqual(earlier)
    await expect(recall(jobOf(down), [task('prune')], { now, signal })).rejects.toThrow('down')
    await expect(recall(jobOf(down), [task('backup')], { now, signal })).rejects.toThrow('down')
  })

  it('is nothing where the record is damaged', async () => {
    const storage = memoryStorage()
    const text = Readable.from([Buffer.from('{"schemaVersion":1,')], { objectMode: false })
    await storage.put('shop/.schedule.json', text, { signal })
    const { doneUntil } = await recall(jobOf(storage), [task('prune')], { now, signal })
    expect(doneUntil.get('prune')).toEqual(now)
  })
})
