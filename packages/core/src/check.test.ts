import { memoryStorage } from '@holdfast/testkit'
import { HoldfastError, type Storage } from '@holdfast/plugin'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkJob } from './check.ts'
import { addBackup } from './fixtures.test.ts'
import { listBackups } from './backups.ts'
import { expectationOf } from './expectation.ts'
import type { Job } from './job.ts'
import { isDown, listener, never, scriptedJob, type Listener } from './notify/job.test.support.ts'
import { run } from './run.ts'

const hourMs = 3_600_000
const start = new Date('2026-11-22T03:00:00Z')
const at = (hours: number): Date => new Date(start.getTime() + hours * hourMs)

let disk = memoryStorage()
beforeEach(() => {
  disk = memoryStorage()
})

function expecting(notifiers: readonly Listener[] = [], storage: Storage = disk): Job {
  return { ...scriptedJob(storage, notifiers), expectEveryMs: 36 * hourMs }
}

const check = (job: Job, hours: number) =>
  checkJob(job, { now: at(hours), signal: never, flags: '--config x.yaml' })

describe('expectationOf', () => {
  const judge = async (hours: number) =>
    expectationOf({
      backups: await listBackups([{ name: 'disk', plugin: 'memory', instance: disk }], 'shop', never),
      reports: [],
      expectEveryMs: 36 * hourMs,
      now: at(hours),
    })

  it('is kept as long as the newest good backup is young enough', async () => {
    await addBackup(disk, at(0))
    expect(await judge(36)).toMatchObject({ status: 'kept', lastGood: { startedAt: at(0) }, dueAt: at(36) })
    expect(await judge(36.01)).toMatchObject({ status: 'missed' })
  })

  it.each([
    ['damaged', [{ proves: 'archive', status: 'failed' }]],
    ['suspect', [{ proves: 'plausible', status: 'failed' }]],
  ] as const)('takes no %s backup for a good one', async (_what, verdicts) => {
    await addBackup(disk, at(0))
    await addBackup(disk, at(24), {}, [...verdicts])
    expect(await judge(40)).toMatchObject({ status: 'missed', lastGood: { startedAt: at(0) } })
  })

  it('is missed where there never was one and nobody knows since when', async () => {
    expect(await judge(0)).toEqual({ status: 'missed' })
  })

  it('is awaited where there never was one, for as long as any other has', () => {
    const given = { backups: [], reports: [], expectEveryMs: 36 * hourMs, firstSeenAt: at(0) }
    expect(expectationOf({ ...given, now: at(36) })).toEqual({ status: 'awaited', dueAt: at(36) })
    expect(expectationOf({ ...given, now: at(36.01) })).toEqual({ status: 'missed', dueAt: at(36) })
  })
})

describe('checkJob', () => {
  it('looks at nothing where nothing is expected', async () => {
    const { expectEveryMs: _none, ...job } = expecting()
    expect(await check(job, 0)).toEqual({ job: 'shop', status: 'unexpected', notifications: [] })
  })

  it('tells what is missed, with the last good backup and how the last run ended', async () => {
    const pager = listener('pager', { on: ['backup.missed'] })
    const good = await run(scriptedJob(disk, []), { signal: never, now: () => at(0) })
    await run(scriptedJob(disk, [], { fails: 'DATABASE_UNREACHABLE' }), { signal: never, now: () => at(24) })
    expect(await check(expecting([pager]), 30)).toMatchObject({ status: 'kept', notifications: [] })
    const id = good.backup?.id
    expect(await check(expecting([pager]), 48)).toMatchObject({
      status: 'missed',
      lastGood: { id },
      lastRun: { status: 'failed', startedAt: at(24).toISOString() },
      error: {
        code: 'BACKUP_MISSED',
        message:
          'no good backup since 2026-11-22 03:00 UTC; the last run, on 2026-11-23 03:00 UTC, failed: it does not work',
        hint: 'mend it',
      },
      notifications: [{ notifier: 'pager', event: 'backup.missed', status: 'delivered' }],
    })
    expect(pager.heard).toMatchObject([
      {
        event: 'backup.missed',
        summary: expect.stringMatching(/^shop: no good backup since 2026-11-22 03:00 UTC; /),
        commands: {
          look: `holdfast show ${id} --config x.yaml`,
          restore: `holdfast restore ${id} --config x.yaml --to "$TARGET_DATABASE_URL"`,
        },
        history: { failures: 1, lastVerified: { id } },
      },
    ])
  })

  it('waits for the first backup from when it was first looked for, whoever looks again', async () => {
    const pager = listener('pager', { on: ['backup.missed'] })
    const statuses: string[] = []
    for (const hours of [0, 20, 36, 37]) statuses.push((await check(expecting([pager]), hours)).status)
    expect(statuses).toEqual(['awaited', 'awaited', 'awaited', 'missed'])
    expect(pager.heard).toHaveLength(1)
    expect([...disk.objects.keys()].filter((key) => key.includes('first-seen'))).toEqual([
      'shop/.first-seen.json',
    ])

    await run(scriptedJob(disk, []), { signal: never, now: () => at(38) })
    expect((await check(expecting(), 39)).status).toBe('kept')
    // Whoever takes every backup away has made no new job of it.
    for (const key of disk.objects.keys()) if (!key.includes('first-seen')) disk.objects.delete(key)
    expect((await check(expecting(), 40)).status).toBe('missed')
  })

  it('takes no job for new that has run', async () => {
    await run(scriptedJob(disk, [], { fails: 'DATABASE_UNREACHABLE' }), { signal: never, now: () => at(0) })
    expect(await check(expecting(), 30)).toMatchObject({ status: 'awaited', dueAt: at(36) })
    await run(scriptedJob(disk, [], { fails: 'DATABASE_UNREACHABLE' }), { signal: never, now: () => at(35) })
    expect(await check(expecting(), 37)).toMatchObject({ status: 'missed', lastRun: { status: 'failed' } })
  })

  it('waits for nothing where nobody could remember it', async () => {
    const readOnly: Storage = {
      ...disk,
      put: () => Promise.reject(new HoldfastError('STORAGE_PERMISSION', 'only to be read')),
    }
    expect((await check(expecting([], readOnly), 0)).status).toBe('missed')
    // One that may write has looked before.
    await check(expecting(), 0)
    expect((await check(expecting([], readOnly), 1)).status).toBe('awaited')
  })

  it('does not wait on the word of a clock that was ahead, or of a record that is damaged', async () => {
    await check(expecting(), 24 * 365)
    expect((await check(expecting(), 0)).dueAt).toEqual(at(36))
    disk.objects.set('shop/.first-seen.json', {
      bytes: Buffer.from('{"schemaVersion":1,'),
      modifiedAt: at(0),
    })
    expect((await check(expecting(), 1)).dueAt).toEqual(at(37))
    expect((await check(expecting(), 2)).dueAt).toEqual(at(37))
  })

  it('is quiet about the same within repeatEveryMs, and remembers it in the storage', async () => {
    const pager = listener('pager', { on: ['backup.missed', 'backup.recovered'], repeatEveryMs: 6 * hourMs })
    await addBackup(disk, at(0))
    const statuses: (string | undefined)[] = []
    for (const hours of [37, 38, 39, 43.5, 44]) {
      statuses.push((await check(expecting([pager]), hours)).notifications[0]?.status)
    }
    expect(statuses).toEqual(['delivered', 'quietened', 'quietened', 'delivered', 'quietened'])
    expect(pager.heard.map(({ quietened }) => quietened)).toEqual([0, 2])
    expect([...disk.objects.keys()].filter((key) => key.endsWith('.told.json'))).toEqual(['shop/.told.json'])

    await run(scriptedJob(disk, [pager]), { signal: never, now: () => at(45) })
    expect(pager.heard.map(({ event }) => event)).toEqual([
      'backup.missed',
      'backup.missed',
      'backup.recovered',
    ])
    expect(disk.objects.has('shop/.told.json')).toBe(false)
    await run(scriptedJob(disk, [pager]), { signal: never, now: () => at(46) })
    expect(pager.heard).toHaveLength(3)
  })

  it('tells again what could not be sent', async () => {
    let down = true
    const pager = listener('pager', {
      repeatEveryMs: 100 * hourMs,
      notify: () => (down ? isDown() : Promise.resolve()),
    })
    await addBackup(disk, at(0))
    expect((await check(expecting([pager]), 37)).notifications).toMatchObject([{ status: 'failed' }])
    down = false
    expect((await check(expecting([pager]), 38)).notifications).toMatchObject([{ status: 'delivered' }])
    expect((await check(expecting([pager]), 39)).notifications).toMatchObject([{ status: 'quietened' }])
  })

  it('looks at every storage that answers, and knows nothing where none does', async () => {
    const dead: Storage = {
      ...memoryStorage(),
      list: () => {
        throw new HoldfastError('STORAGE_UNAVAILABLE', 'the bucket is gone')
      },
    }
    await addBackup(disk, at(0))
    const job = expecting([], dead)
    const [primary] = job.storages
    const both: Job['storages'] = [primary, { name: 'copy', plugin: 'memory', instance: disk }]
    expect(await check({ ...job, storages: both }, 1)).toMatchObject({ status: 'kept' })
    await expect(check(job, 1)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  })
})
