import { memoryStorage } from '@holdfast/testkit'
import { HoldfastError, type Report, type ReportedNotification, type Storage } from '@holdfast/plugin'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../job.ts'
import { run } from '../run.ts'
import { isDown, listener, never, scriptedJob, type Listener } from './job.test.support.ts'
import { isOver, tell, tellUnsent } from './outside.ts'

const hourMs = 3_600_000
const start = Date.parse('2026-11-22T03:00:00Z')
const toldKey = 'shop/.told.json'
let disk = memoryStorage()
let now = new Date(start)
let down = true
let storages: Job['storages']

beforeEach(() => {
  disk = memoryStorage()
  storages = [{ name: 'disk', plugin: 'memory', instance: disk }]
  now = new Date(start)
  down = true
})

const pagerOf = (changes: Parameters<typeof listener>[1] = {}): Listener =>
  listener('pager', {
    on: ['backup.failed', 'backup.recovered', 'backup.missed', 'verify.failed', 'prune.failed'],
    notify: () => (down ? isDown() : Promise.resolve()),
    ...changes,
  })

const jobOf = (pager: Listener, script: Parameters<typeof scriptedJob>[2] = {}) => ({
  ...scriptedJob(disk, [pager], script),
  storages,
})

/** Everything happens an hour after what was before. */
function later(): { now: Date; signal: AbortSignal } {
  now = new Date(now.getTime() + hourMs)
  return { now, signal: never }
}

function runOnce(pager: Listener, script: Parameters<typeof scriptedJob>[2] = {}): Promise<Report> {
  const { now: at } = later()
  return run(jobOf(pager, script), { signal: never, now: () => at })
}

const damaged = (subject = '4f1c09a2b3cd') => ({
  event: 'verify.failed' as const,
  error: { code: 'VERIFY_FAILED', message: 'sha256 differs' },
  detail: `the backup ${subject} is not good: sha256 differs`,
  subject,
})
const missed = {
  event: 'backup.missed',
  error: { code: 'BACKUP_MISSED', message: 'there is no good backup' },
  detail: 'there is no good backup',
} as const

const outcomes = (entries: readonly ReportedNotification[]) =>
  entries.map(({ event, status, retryOf }) => [event, status, retryOf?.slice(11, 16)])
const heardBy = ({ heard }: Listener) => heard.map(({ event, at }) => `${event} ${at.slice(11, 16)}`)
const kept = (): { unsent: unknown[] } => {
  const bytes = disk.objects.get(toldKey)?.bytes ?? Buffer.from('{"unsent": []}')
  return JSON.parse(bytes.toString()) as { unsent: unknown[] }
}

describe('what could not be sent outside of a run', () => {
  it('is told by the next run before what is new, and never again', async () => {
    const pager = pagerOf()
    expect(outcomes(await tell(jobOf(pager), damaged(), later()))).toEqual([
      ['verify.failed', 'failed', undefined],
    ])
    expect(kept().unsent).toHaveLength(1)
    expect(outcomes((await runOnce(pager, { fails: 'DATABASE_UNREACHABLE' })).notifications)).toEqual([
      ['verify.failed', 'failed', '04:00'],
      ['backup.failed', 'failed', undefined],
    ])
    down = false
    expect(outcomes((await runOnce(pager)).notifications)).toEqual([
      ['verify.failed', 'delivered', '04:00'],
      ['backup.failed', 'delivered', '05:00'],
      ['backup.recovered', 'delivered', undefined],
    ])
    expect(pager.heard[0]?.summary).toBe(
      'Late, since it could not be sent on 2026-11-22 04:00 UTC: shop: the backup 4f1c09a2b3cd is not good: sha256 differs',
    )
    expect(kept().unsent).toEqual([])
    await runOnce(pager)
    await tellUnsent(jobOf(pager), later())
    expect(pager.heard).toHaveLength(3)
  })

  it('is told by whatever comes next outside of a run, and never again', async () => {
    const pager = pagerOf()
    await tell(jobOf(pager), damaged(), later())
    expect(outcomes(await tellUnsent(jobOf(pager), later()))).toEqual([['verify.failed', 'failed', '04:00']])
    down = false
    const pruning = { ...missed, event: 'prune.failed' } as const
    expect(outcomes(await tell(jobOf(pager), pruning, later()))).toEqual([
      ['verify.failed', 'delivered', '04:00'],
      ['prune.failed', 'delivered', undefined],
    ])
    expect(await tellUnsent(jobOf(pager), later())).toEqual([])
    for (const event of ['verify.failed', 'prune.failed'] as const) await isOver(jobOf(pager), event, never)
    expect(disk.objects.size).toBe(0)
  })

  it('is one message where it is still so', async () => {
    const pager = pagerOf({ repeatEveryMs: 10 * hourMs })
    const [first] = await tell(jobOf(pager), damaged(), later())
    await tell(jobOf(pager), damaged(), later())
    expect(kept().unsent).toHaveLength(1)
    down = false
    expect(outcomes(await tell(jobOf(pager), damaged(), later()))).toEqual([
      ['verify.failed', 'delivered', '04:00'],
    ])
    expect(pager.heard.map(({ id, at }) => [id, at])).toEqual([[first?.id, '2026-11-22T04:00:00.000Z']])
    expect(outcomes(await tell(jobOf(pager), damaged(), later()))).toEqual([
      ['verify.failed', 'quietened', undefined],
    ])
  })

  it('of one backup is told whatever was said of another, and although a later backup is good', async () => {
    const refused = new Set<string>()
    const pager = pagerOf({
      notify: async ({ summary }) => {
        if ([...refused].some((id) => summary.includes(id))) throw new HoldfastError('NOTIFY_REFUSED', 'no')
      },
    })
    refused.add('4f1c09a2b3cd')
    await tell(jobOf(pager), damaged(), later())
    await tell(jobOf(pager), damaged('aaaaaaaaaaaa'), later())
    await runOnce(pager)
    expect(heardBy(pager)).toEqual(['verify.failed 05:00'])
    refused.clear()
    await runOnce(pager)
    expect(heardBy(pager)).toEqual(['verify.failed 05:00', 'verify.failed 04:00'])
  })

  it('that a backup is missed is told with that there is one again', async () => {
    const pager = pagerOf()
    await tell(jobOf(pager), missed, later())
    down = false
    await runOnce(pager)
    expect(heardBy(pager)).toEqual(['backup.missed 04:00', 'backup.recovered 05:00'])
    expect(disk.objects.has(toldKey)).toBe(false)
  })

  it('makes a recovery only once, whoever still has to hear what was wrong', async () => {
    const refuses = pagerOf({ on: ['backup.missed'] })
    const hears = listener('hears', { on: ['backup.recovered'] })
    const job = () => ({ ...jobOf(refuses), notifiers: [refuses, hears] })
    const back = () => {
      const { now: at } = later()
      return run(job(), { signal: never, now: () => at })
    }
    await tell(job(), missed, later())
    await back()
    await back()
    down = false
    await tellUnsent(job(), later())
    await back()
    expect([heardBy(refuses), heardBy(hears)]).toEqual([['backup.missed 04:00'], ['backup.recovered 05:00']])
  })

  it('is given up after a week, and said so', async () => {
    const pager = pagerOf()
    await tell(jobOf(pager), damaged(), later())
    down = false
    now = new Date(now.getTime() + 8 * 24 * hourMs)
    expect(await tellUnsent(jobOf(pager), later())).toEqual([])
    const { warnings } = await runOnce(pager)
    expect(warnings).toEqual([
      'pager: the message of 2026-11-22 04:00 UTC was never sent and is given up, since it is a week old',
    ])
    expect(pager.heard).toEqual([])
    expect(disk.objects.has(toldKey)).toBe(false)
  })

  it('by a run that found another one under way is told by the next', async () => {
    const pager = pagerOf()
    await runOnce(pager, { fails: 'RUN_LOCKED' })
    down = false
    await runOnce(pager)
    await runOnce(pager)
    expect(heardBy(pager)).toEqual(['backup.failed 04:00', 'backup.recovered 05:00'])
  })
})

describe('what a run could not send', () => {
  const failing = { fails: 'DATABASE_UNREACHABLE' }

  it('is told by whatever comes next outside of a run, and by no later run again', async () => {
    const pager = pagerOf()
    const { notifications } = await runOnce(pager, failing)
    down = false
    const entries = await tellUnsent(jobOf(pager), later())
    expect(outcomes(entries)).toEqual([['backup.failed', 'delivered', '04:00']])
    expect(pager.heard).toMatchObject([{ id: notifications[0]?.id, report: { status: 'failed' } }])
    expect(await tellUnsent(jobOf(pager), later())).toEqual([])
    await runOnce(pager)
    expect(heardBy(pager)).toEqual(['backup.failed 04:00', 'backup.recovered 07:00'])
    await runOnce(pager)
    expect(heardBy(pager)).toHaveLength(2)
    expect(disk.objects.has(toldKey)).toBe(false)
  })

  it('is told once where a check comes while the next run is under way', async () => {
    const pager = pagerOf()
    await runOnce(pager, failing)
    down = false
    let check: Promise<ReportedNotification[]> = Promise.resolve([])
    const checking = scriptedJob(disk, [pager])
    checking.source = {
      ...checking.source,
      preflight: async (...given) => {
        check = tellUnsent(jobOf(pager), later())
        await check
        return scriptedJob(disk, []).source.preflight(...given)
      },
    }
    const { now: at } = later()
    await run(checking, { signal: never, now: () => at })
    expect(outcomes(await check)).toEqual([['backup.failed', 'delivered', '04:00']])
    expect(heardBy(pager).filter((one) => one.startsWith('backup.failed'))).toHaveLength(1)
  })

  it('is left to the next run by who may not write that it was sent', async () => {
    const pager = pagerOf()
    await runOnce(pager, failing)
    down = false
    const refuse = () => Promise.reject(new HoldfastError('STORAGE_PERMISSION', 'not allowed'))
    storages = [{ name: 'disk', plugin: 'memory', instance: { ...disk, put: refuse } }]
    expect(await tellUnsent(jobOf(pager), later())).toEqual([])
    storages = [{ name: 'disk', plugin: 'memory', instance: disk }]
    await runOnce(pager)
    expect(heardBy(pager)).toEqual(['backup.failed 04:00', 'backup.recovered 06:00'])
  })
})

describe('of several storages', () => {
  it('the one that was written last is believed', async () => {
    const pager = pagerOf()
    const second = memoryStorage()
    let isBroken = false
    const mayBreak = <Result>(work: () => Promise<Result>): Promise<Result> =>
      isBroken ? Promise.reject(new HoldfastError('STORAGE_UNAVAILABLE', 'down')) : work()
    const offsite: Storage = {
      ...second,
      get: (...given) => mayBreak(() => second.get(...given)),
      put: (...given) => mayBreak(() => second.put(...given)),
      remove: (...given) => mayBreak(() => second.remove(...given)),
    }
    storages = [
      { name: 'offsite', plugin: 'memory', instance: offsite },
      { name: 'disk', plugin: 'memory', instance: disk },
    ]
    await tell(jobOf(pager), damaged(), later())
    down = false
    isBroken = true
    expect(await tellUnsent(jobOf(pager), later())).toHaveLength(1)
    await isOver(jobOf(pager), 'verify.failed', never)
    isBroken = false
    expect(await tellUnsent(jobOf(pager), later())).toEqual([])
    expect(pager.heard).toHaveLength(1)
  })
})

describe('a record that is no good', () => {
  it.each(['{"schemaVersion": 1', '{"schemaVersion": 1, "unsent": [{}], "told": 7, "brought": [{}]}'])(
    'silences nothing: %s',
    async (text) => {
      const pager = pagerOf()
      down = false
      disk.objects.set(toldKey, { bytes: Buffer.from(text), modifiedAt: now })
      await runOnce(pager, { fails: 'DATABASE_UNREACHABLE' })
      await tell(jobOf(pager), damaged(), later())
      expect(heardBy(pager)).toEqual(['backup.failed 04:00', 'verify.failed 05:00'])
    },
  )
})
