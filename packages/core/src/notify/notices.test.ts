import { memoryStorage } from '@holdfast/testkit'
import { HoldfastError, type Report } from '@holdfast/plugin'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../job.ts'
import { run } from '../run.ts'
import { isDown, listener, never, scriptedJob, type Listener } from './job.test.support.ts'

const hourMs = 3_600_000
const start = new Date('2026-11-22T03:00:00Z')
let disk = memoryStorage()
let hour = 0
beforeEach(() => {
  disk = memoryStorage()
  hour = 0
})

/** One run an hour after the one before. */
async function runOnce(
  notifiers: readonly Listener[],
  script: Parameters<typeof scriptedJob>[2] = {},
  changes: Partial<Job> = {},
): Promise<Report> {
  hour += 1
  const at = new Date(start.getTime() + hour * hourMs)
  const job = { ...scriptedJob(disk, notifiers, script), ...changes }
  return run(job, { signal: never, now: () => at, restoreFlags: '--from ./backups', nextRunAt: new Date(0) })
}

const outcomes = ({ notifications }: Report) =>
  notifications.map(({ notifier, event, status }) => [notifier, event, status])
const events = ({ heard }: Listener) => heard.map(({ event }) => event)
const failing = { fails: 'DATABASE_UNREACHABLE' }

describe('what a notifier is told', () => {
  it('is what its `on` says, and nothing else', async () => {
    const all = listener('all')
    const picky = listener('picky', { on: ['backup.failed', 'backup.recovered'] })
    await runOnce([all, picky])
    await runOnce([all, picky], failing)
    await runOnce([all, picky], { suspect: true })
    await runOnce([all, picky])
    await runOnce([all, picky])
    expect(events(all).filter((event) => event !== 'backup.started')).toEqual([
      'backup.succeeded',
      'backup.failed',
      'backup.suspect',
      'backup.recovered',
      'backup.succeeded',
    ])
    expect(events(picky)).toEqual(['backup.failed', 'backup.recovered'])
  })

  it('has everything that somebody needs at 3 a.m.', async () => {
    const pager = listener('pager', { on: ['backup.failed', 'backup.recovered'] })
    const good = await runOnce([pager])
    await runOnce([pager], failing)
    const bad = await runOnce([pager], failing)
    expect(pager.heard[1]).toEqual({
      schemaVersion: 1,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      event: 'backup.failed',
      job: 'shop',
      at: '2026-11-22T06:00:00.000Z',
      test: false,
      summary: 'shop: no backup was made: it does not work',
      report: expect.objectContaining({ status: 'failed', job: 'shop' }),
      error: {
        code: 'DATABASE_UNREACHABLE',
        message: 'it does not work',
        hint: 'mend it',
        stage: 'preflight',
      },
      history: {
        lastVerified: { id: good.backup?.id, name: good.backup?.name, startedAt: '2026-11-22T04:00:00.000Z' },
        sizes: [{ startedAt: '2026-11-22T04:00:00.000Z', bytes: expect.any(Number) }],
        failures: 2,
        failingSince: '2026-11-22T05:00:00.000Z',
      },
      nextRunAt: '1970-01-01T00:00:00.000Z',
      commands: {
        look: 'holdfast list shop --from ./backups',
        restore: `holdfast restore ${good.backup?.id} --from ./backups --to "$TARGET_DATABASE_URL"`,
      },
      quietened: 0,
    })
    expect(bad.notifications).toMatchObject([{ notifier: 'pager', id: pager.heard[1]?.id, attempts: 1 }])

    const again = await runOnce([pager])
    const { id } = again.backup ?? {}
    expect(pager.heard[2]).toMatchObject({
      event: 'backup.recovered',
      summary:
        'shop: backed up and verified again, after 2 runs that were not good (since 2026-11-22 05:00 UTC)',
      history: { failures: 0, failingSince: '2026-11-22T05:00:00.000Z', lastVerified: { id } },
      commands: { look: `holdfast show ${id} --from ./backups`, restore: again.restoreCommand },
    })
    expect(pager.heard[2]?.history.sizes).toHaveLength(2)
  })

  it('is the same message for everybody, and none can change it for another', async () => {
    const first = listener('first', {
      on: ['backup.succeeded'],
      notify: async (one) => void (one.report!.job = 'x'),
    })
    const second = listener('second', { on: ['backup.succeeded'] })
    await runOnce([first, second])
    expect(second.heard[0]?.id).toBe(first.heard[0]?.id)
    expect(second.heard[0]?.report?.job).toBe('shop')
  })

  it('holds no secret', async () => {
    const pager = listener('pager', {
      notify: () =>
        Promise.reject(new HoldfastError('NOTIFY_REFUSED', 'https://hooks.example/T0/hunter2-hunter2')),
    })
    const redactor = scriptedJob(disk, []).redactor
    redactor.add('hunter2-hunter2')
    const report = await runOnce([pager], {}, { redactor })
    expect(report.notifications.at(-1)?.error?.message).toBe('https://hooks.example/T0/[secret]')
    expect(JSON.stringify(report)).not.toContain('hunter2')
  })
})

describe('that a run has started', () => {
  it('is told beside it and never delays it', async () => {
    let hasDumped = false
    const gate = Promise.withResolvers<void>()
    const slow = listener('slow', {
      notify: async ({ event }) => {
        if (event === 'backup.started') await gate.promise
      },
    })
    const onDump = (): void => {
      hasDumped = true
      expect(slow.heard).toEqual([])
      gate.resolve()
    }
    const report = await runOnce([slow], { onDump })
    expect(hasDumped).toBe(true)
    expect(slow.heard.map(({ event, at, report: none }) => [event, at, none?.status])).toEqual([
      ['backup.started', '2026-11-22T04:00:00.000Z', undefined],
      ['backup.succeeded', '2026-11-22T04:00:00.000Z', 'succeeded'],
    ])
    expect(outcomes(report)).toEqual([
      ['slow', 'backup.started', 'delivered'],
      ['slow', 'backup.succeeded', 'delivered'],
    ])
  })

  it('hangs for half of the time at most, so that the end can still be told', async () => {
    const half = listener('half', {
      timeoutMs: 600,
      notify: ({ event }) => (event === 'backup.started' ? new Promise(() => {}) : Promise.resolve()),
    })
    const began = performance.now()
    expect(outcomes(await runOnce([half]))).toEqual([
      ['half', 'backup.started', 'failed'],
      ['half', 'backup.succeeded', 'delivered'],
    ])
    expect(performance.now() - began).toBeLessThan(3000)
  })
})

describe('what can not be sent', () => {
  it('is told again by the next run, before what is new, and said so', async () => {
    let down = true
    const pager = listener('pager', {
      on: ['backup.failed', 'backup.recovered'],
      notify: () => (down ? isDown() : Promise.resolve()),
    })
    const first = await runOnce([pager], failing)
    expect(first.warnings).toContain('pager could not tell anybody: the service is down')
    const second = await runOnce([pager], failing)
    expect(second.notifications.map(({ status, retryOf }) => [status, retryOf])).toEqual([
      ['failed', '2026-11-22T04:00:00.000Z'],
      ['failed', undefined],
    ])
    down = false
    const third = await runOnce([pager])
    expect(pager.heard.map(({ event, at, summary, id }) => [event, at, summary, id])).toEqual([
      [
        'backup.failed',
        '2026-11-22T04:00:00.000Z',
        'Late, since it could not be sent on 2026-11-22 04:00 UTC: shop: no backup was made: it does not work',
        first.notifications[0]?.id,
      ],
      [
        'backup.failed',
        '2026-11-22T05:00:00.000Z',
        'Late, since it could not be sent on 2026-11-22 05:00 UTC: shop: no backup was made: it does not work',
        second.notifications[1]?.id,
      ],
      [
        'backup.recovered',
        '2026-11-22T06:00:00.000Z',
        expect.stringContaining('after 2 runs'),
        expect.any(String),
      ],
    ])
    expect(pager.heard[0]?.report?.startedAt).toBe('2026-11-22T04:00:00.000Z')
    expect(third.notifications.map(({ status, retryOf }) => [status, retryOf])).toEqual([
      ['delivered', '2026-11-22T04:00:00.000Z'],
      ['delivered', '2026-11-22T05:00:00.000Z'],
      ['delivered', undefined],
    ])
    await runOnce([pager])
    expect(pager.heard).toHaveLength(3)
  })

  it('is given up once a later message has arrived, and said so', async () => {
    const pager = listener('pager', {
      on: ['backup.failed', 'backup.recovered'],
      notify: ({ event }) =>
        event === 'backup.failed'
          ? Promise.reject(new HoldfastError('NOTIFY_REFUSED', 'no'))
          : Promise.resolve(),
    })
    await runOnce([pager], failing)
    await runOnce([pager])
    const third = await runOnce([pager])
    expect(events(pager)).toEqual(['backup.recovered'])
    expect(third.warnings).toEqual([
      'pager: the message of 2026-11-22 04:00 UTC was never sent and is given up, since a later one has arrived',
    ])
  })
})

describe('the same failure again and again', () => {
  it('is told once in repeatEveryMs, with how many were not; a recovery always is', async () => {
    const pager = listener('pager', { on: ['backup.failed', 'backup.recovered'], repeatEveryMs: 3 * hourMs })
    const statuses: string[] = []
    for (let turn = 0; turn < 5; turn++) {
      const { notifications } = await runOnce([pager], failing)
      statuses.push(...notifications.map(({ status }) => status))
    }
    expect(statuses).toEqual(['delivered', 'quietened', 'quietened', 'delivered', 'quietened'])
    await runOnce([pager])
    expect(pager.heard.map(({ event, quietened }) => [event, quietened])).toEqual([
      ['backup.failed', 0],
      ['backup.failed', 2],
      ['backup.recovered', 1],
    ])
  })

  it('is news where it fails in another way', async () => {
    const pager = listener('pager', { on: ['backup.failed'], repeatEveryMs: 100 * hourMs })
    await runOnce([pager], failing)
    await runOnce([pager], { fails: 'DATABASE_AUTHENTICATION' })
    await runOnce([pager], { fails: 'DATABASE_AUTHENTICATION' })
    await runOnce([pager])
    await runOnce([pager], { fails: 'DATABASE_AUTHENTICATION' })
    expect(pager.heard.map(({ error }) => error?.code)).toEqual([
      'DATABASE_UNREACHABLE',
      'DATABASE_AUTHENTICATION',
      'DATABASE_AUTHENTICATION',
    ])
  })
})

describe('one bad notifier', () => {
  it('silences nobody, and changes nothing about the run', async () => {
    const good = listener('good')
    const report = await runOnce([
      listener('hangs', { timeoutMs: 300, notify: () => new Promise(() => {}) }),
      listener('throws', {
        notify: () => {
          throw new TypeError('undefined is not a function')
        },
      }),
      good,
    ])
    expect(report.status).toBe('succeeded')
    expect(report.error).toBeUndefined()
    expect(events(good)).toEqual(['backup.started', 'backup.succeeded'])
    expect(report.notifications.map(({ notifier, error }) => [notifier, error?.code])).toEqual([
      ['hangs', 'NOTIFY_TIMEOUT'],
      ['hangs', 'NOTIFY_TIMEOUT'],
      ['throws', 'NOTIFY_FAILED'],
      ['throws', 'NOTIFY_FAILED'],
      ['good', undefined],
      ['good', undefined],
    ])
  })
})

describe('a run that finds another one under way', () => {
  it('is told once in repeatEveryMs too, and that the next one ended well', async () => {
    const pager = listener('pager', { on: ['backup.failed', 'backup.recovered'], repeatEveryMs: 10 * hourMs })
    const locked = { fails: 'RUN_LOCKED' }
    await runOnce([pager])
    expect(outcomes(await runOnce([pager], locked))).toEqual([['pager', 'backup.failed', 'delivered']])
    expect(outcomes(await runOnce([pager], locked))).toEqual([['pager', 'backup.failed', 'quietened']])
    expect(disk.objects.has('shop/.told.json')).toBe(true)
    await runOnce([pager])
    await runOnce([pager])
    expect(events(pager)).toEqual(['backup.failed', 'backup.recovered'])
    expect(disk.objects.has('shop/.told.json')).toBe(false)
  })
})

describe('old backups that could not be deleted', () => {
  it('are told beside how the run ended', async () => {
    const pager = listener('pager', { on: ['prune.failed'], repeatEveryMs: 10 * hourMs })
    const stubborn = {
      ...disk,
      remove: () => Promise.reject(new HoldfastError('STORAGE_PERMISSION', 'not allowed')),
    }
    const storages: Job['storages'] = [
      { name: 'disk', plugin: 'memory', instance: stubborn, retention: { last: 1 } },
    ]
    await runOnce([pager], {}, { storages })
    const second = await runOnce([pager], {}, { storages })
    expect(second.status).toBe('succeeded')
    expect(pager.heard).toMatchObject([
      {
        event: 'prune.failed',
        error: { code: 'STORAGE_PERMISSION' },
        summary: 'shop: old backups could not be deleted: not allowed',
      },
    ])
    expect(outcomes(await runOnce([pager], {}, { storages }))).toEqual([
      ['pager', 'prune.failed', 'quietened'],
    ])
  })
})

describe('a past that can not be read', () => {
  it('is passed over, and said', async () => {
    const pager = listener('pager')
    const mute = {
      ...disk,
      list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
    }
    const report = await runOnce([pager], failing, {
      storages: [{ name: 'disk', plugin: 'memory', instance: mute }],
    })
    expect(events(pager)).toContain('backup.failed')
    expect(report.warnings.join()).toContain('could not be looked at for the notifications')
  }, 30_000)

  it('may hold reports that are no JSON, or of another version', async () => {
    const pager = listener('pager', { on: ['backup.failed', 'backup.recovered', 'backup.succeeded'] })
    await runOnce([pager], failing)
    const put = (stamp: string, text: string): unknown =>
      disk.objects.set(`shop/2026/11/shop_full_20261122_${stamp}.report.json`, {
        bytes: Buffer.from(text),
        modifiedAt: start,
      })
    put('041000', '{"schemaVersion": 1')
    put('042000', '{"schemaVersion": 2, "command": "backup"}')
    put('043000', '{"schemaVersion": 1, "command": "backup", "status": "succeeded"}')
    await runOnce([pager])
    expect(events(pager)).toEqual(['backup.failed', 'backup.recovered'])
  })
})
