import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import {
  HoldfastError,
  type Manifest,
  notificationEvents,
  type Notifier,
  type Snapshot,
  type Source,
  type Storage,
  type Verdict,
  type Verifier,
} from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { listBackups } from './backups.ts'
import type { RunEvent } from './events.ts'
import { addBackup } from './fixtures.test.ts'
import type { Job, JobStorage } from './job.ts'
import { run } from './run.ts'
import { createRedactor } from './wrap/redact.ts'

const start = new Date('2026-11-22T03:00:00Z')
const signal = new AbortController().signal

interface Script {
  dump?: () => Readable
  globals?: () => Readable
  onCount?: () => Promise<void>
  locked?: boolean
  identity?: string
  clockSkewMs?: number
}

/** A source without a server: what PostgreSQL does is tested where PostgreSQL is. */
function source(script: Script = {}): Source & { open: number } {
  const state = { open: 0 }
  const tables = [{ schema: 'public', name: 'orders', bytes: 8192 }]
  return {
    get open() {
      return state.open
    },
    preflight: async () => ({
      database: {
        name: 'shop',
        host: 'db',
        port: 5432,
        user: 'app',
        serverVersion: '15.18',
        serverMajor: 15,
        encoding: 'UTF8',
        bytes: 1,
        identity: script.identity ?? '1/2',
      },
      client: { version: '15.18' },
      clockSkewMs: script.clockSkewMs ?? 0,
      warnings: [],
    }),
    snapshot: async (): Promise<Snapshot> => {
      if (script.locked === true) throw new HoldfastError('RUN_LOCKED', 'held by process 42')
      state.open++
      return {
        tables,
        largeObjects: 0,
        omissions: [],
        warnings: [],
        arguments: ['--format=custom'],
        dump: () => script.dump?.() ?? Readable.from([Buffer.alloc(100_000, 'x')], { objectMode: false }),
        globals: () => script.globals?.(),
        count: async () => {
          await script.onCount?.()
          return tables.map((table) => ({ ...table, rows: 3 }))
        },
        release: async () => {},
        close: async () => void state.open--,
      }
    },
  }
}

function verifier(proves: Verdict['proves'], status: Verdict['status'] = 'passed'): Job['verifiers'][number] {
  const instance: Verifier = {
    proves,
    verify: async (input) => {
      for await (const _ of await input.open('dump'));
      return { status, checks: [{ name: 'look', status, detail: 'looked' }] }
    },
  }
  return { name: proves, plugin: proves, instance }
}

function notifier(name: string, instance: Notifier): Job['notifiers'][number] {
  return { name, plugin: 'x', instance, on: notificationEvents, timeoutMs: 30_000 }
}

function named(name: string, instance: Storage): JobStorage {
  return { name, plugin: 'memory', instance }
}

function job(storages: Job['storages'], changes: Partial<Job> = {}): Job {
  return {
    name: 'shop',
    source: source(),
    dump: {
      kind: 'full',
      format: 'custom',
      tables: { include: [], exclude: [] },
      ownership: false,
      globals: true,
      rowCounts: true,
      countSessions: 1,
      lockWaitTimeoutMs: 1000,
      stallTimeoutMs: 1000,
    },
    compression: { algorithm: 'zstd', level: 1 },
    storages,
    verifiers: [verifier('archive')],
    notifiers: [],
    labels: {},
    redactor: createRedactor(),
    ...changes,
  }
}

const manifests = (storage: MemoryStorage): string[] =>
  [...storage.objects.keys()].filter((key) => key.endsWith('.manifest.json'))
const data = (storage: MemoryStorage): string[] =>
  [...storage.objects.keys()].filter((key) => !key.endsWith('.report.json'))

/** A storage that fails one call. */
function failing(storage: MemoryStorage, when: (key: string) => boolean): MemoryStorage {
  return {
    ...storage,
    put: async (key, body, options) => {
      if (!when(key)) return storage.put(key, body, options)
      body.destroy()
      throw new HoldfastError('STORAGE_FULL', 'no room')
    },
  }
}

describe('a run', () => {
  it('stores dump, sidecar, manifest, verdict and report, and says so', async () => {
    const disk = memoryStorage()
    const events: RunEvent['type'][] = []
    const report = await run(job([named('disk', disk)]), {
      signal,
      now: () => start,
      onEvent: (event) => events.push(event.type),
      label: 'pre-deploy',
      restoreFlags: '--from ./backups',
    })
    expect(report).toMatchObject({
      status: 'succeeded',
      backup: { name: 'shop_full_20261122_030000', label: 'pre-deploy', rows: 3, rawBytes: 100_000 },
      storages: [
        {
          name: 'disk',
          status: 'stored',
          location: 'memory:/shop/2026/11/shop_full_20261122_030000.dump.zst',
        },
      ],
    })
    expect(report.restoreCommand).toBe(
      `holdfast restore ${report.backup?.id} --from ./backups --to "$TARGET_DATABASE_URL"`,
    )
    const base = 'shop/2026/11/shop_full_20261122_030000'
    expect([...disk.objects.keys()].toSorted()).toEqual([
      `${base}.dump.zst`,
      `${base}.dump.zst.sha256`,
      `${base}.manifest.json`,
      `${base}.report.json`,
      `${base}.verdict-20261122T030000000Z.json`,
    ])
    expect([events[0], events.at(-1)]).toEqual(['run.started', 'run.finished'])
    expect(report.stages.map((stage) => [stage.name, stage.status])).toEqual(
      ['preflight', 'snapshot', 'dump', 'transform', 'store', 'record', 'verify', 'retain', 'notify'].map(
        (name) => [name, 'passed'],
      ),
    )
  })

  it('gives sha256sum what it expects', async () => {
    const disk = memoryStorage()
    await run(job([named('disk', disk)]), { signal, now: () => start })
    const dump = disk.objects.get('shop/2026/11/shop_full_20261122_030000.dump.zst')
    const digest = createHash('sha256')
      .update(dump?.bytes ?? '')
      .digest('hex')
    const sidecar = disk.objects.get('shop/2026/11/shop_full_20261122_030000.dump.zst.sha256')
    expect(sidecar?.bytes.toString()).toBe(`${digest}  shop_full_20261122_030000.dump.zst\n`)
  })

  it('takes another name for a second backup in the same second', async () => {
    const disk = memoryStorage()
    await run(job([named('disk', disk)]), { signal, now: () => start })
    const second = await run(job([named('disk', disk)]), { signal, now: () => start })
    expect(second.backup?.name).toBe('shop_full_20261122_030000-2')
    expect(manifests(disk)).toHaveLength(2)
  })

  it('keeps the report of a run that had no place yet beside those of others of the same second', async () => {
    const disk = memoryStorage()
    const unreachable = async (): Promise<never> => {
      throw new HoldfastError('DATABASE_UNREACHABLE', 'nobody listens')
    }
    const gone = { ...source(), preflight: unreachable }
    await run(job([named('disk', disk)]), { signal, now: () => start })
    for (const log of ['-2', '-3'].map((end) => `shop/2026/11/shop_full_20261122_030000${end}.report.json`)) {
      const failed = await run(job([named('disk', disk)], { source: gone }), { signal, now: () => start })
      expect(failed).toMatchObject({
        error: { code: 'DATABASE_UNREACHABLE' },
        storages: [{ log }],
        warnings: [],
      })
      const kept: unknown = JSON.parse(disk.objects.get(log)?.bytes.toString() ?? '')
      expect(kept).toMatchObject({ status: 'failed', error: { code: 'DATABASE_UNREACHABLE' } })
    }
    const good = await run(job([named('disk', disk)]), { signal, now: () => start })
    expect(good.backup?.name).toBe('shop_full_20261122_030000-4')
  })

  it('tells storages how long the dump may be: as the one before, or as the tables are large', async () => {
    const disk = memoryStorage()
    const told: (number | undefined)[] = []
    const put: Storage['put'] = (key, body, options) => {
      if (key.endsWith('.dump.zst')) told.push(options.estimatedBytes)
      return disk.put(key, body, options)
    }
    for (const hour of [3, 4]) {
      const now = () => new Date(Date.UTC(2026, 10, 22, hour))
      await run(job([named('disk', { ...disk, put })]), { signal, now })
    }
    const first = disk.objects.get('shop/2026/11/shop_full_20261122_030000.dump.zst')?.bytes.length ?? 0
    const sidecar = disk.objects.get('shop/2026/11/shop_full_20261122_030000.dump.zst.sha256')?.bytes.length
    expect(told).toEqual([8192 / 4, first + (sidecar ?? 0)])
  })

  it('reads before it begins what it is measured against, and each backup once for what its storage keeps', async () => {
    const disk = memoryStorage()
    const backups = 250
    for (let count = 0; count < backups; count++)
      await addBackup(disk, new Date(start.getTime() - (count + 1) * 3_600_000), {}, [{}])
    const read = { before: 0, after: 0 }
    let hasBegun = false
    const get: Storage['get'] = (key, options) => {
      if (/manifest\.json$|verdict-[^/]*$/.test(key)) read[hasBegun ? 'after' : 'before'] += 1
      return disk.get(key, options)
    }
    const histories: number[] = []
    const size: Job['verifiers'][number] = {
      name: 'size',
      plugin: 'size',
      instance: {
        proves: 'plausible',
        verify: async ({ history }) => {
          histories.push(history.length)
          return { status: 'passed', checks: [] }
        },
      },
    }
    const storage = { ...named('disk', { ...disk, get }), retention: { last: backups } }
    const report = await run(job([storage], { verifiers: [size, verifier('archive')] }), {
      signal,
      now: () => start,
      onEvent: ({ type }) => {
        hasBegun ||= type === 'snapshot.taken'
      },
    })
    expect(report).toMatchObject({ status: 'succeeded', retention: [{ kept: backups, errors: [] }] })
    expect(report.retention[0]?.deleted).toHaveLength(1)
    expect(histories).toEqual([100])
    expect(read).toEqual({ before: 2 * 100, after: 2 * (backups + 1) })
  })

  it('dry-runs without writing', async () => {
    const disk = memoryStorage()
    const from = source()
    const report = await run(job([named('disk', disk)], { source: from }), { signal, dryRun: true })
    expect(report).toMatchObject({ status: 'succeeded', dryRun: true })
    expect(report.stages.filter((stage) => stage.status === 'passed').map((stage) => stage.name)).toEqual([
      'preflight',
      'snapshot',
    ])
    expect(disk.objects.size).toBe(0)
    expect(from.open).toBe(0)
  })
})

describe('law 1: no manifest, no backup', () => {
  it.each(['.dump.zst', '.sha256', '.manifest.json'])(
    'leaves nothing when writing *%s fails',
    async (part) => {
      const disk = memoryStorage()
      const from = source()
      const report = await run(
        job(
          [
            named(
              'disk',
              failing(disk, (key) => key.endsWith(part)),
            ),
          ],
          { source: from },
        ),
        {
          signal,
        },
      )
      expect(report).toMatchObject({ status: 'failed', error: { code: 'STORAGE_FULL' } })
      expect(data(disk)).toEqual([])
      expect(from.open).toBe(0)
    },
  )

  it('writes the manifest after everything else of the backup', async () => {
    const disk = memoryStorage()
    const order: string[] = []
    const recording = failing(disk, (key) => order.push(key) < 0)
    await run(job([named('disk', recording)]), { signal })
    expect(order.findIndex((key) => key.endsWith('.manifest.json'))).toBe(2)
  })

  it('sweeps what a dead run left once it has made a good backup', async () => {
    const disk = memoryStorage(() => new Date(start.getTime() - 1000))
    disk.objects.set('shop/2026/11/shop_full_20261122_025900.dump.zst', {
      bytes: Buffer.from('half'),
      modifiedAt: new Date(start.getTime() - 1000),
    })
    disk.objects.set('shop/notes.txt', { bytes: Buffer.from('mine'), modifiedAt: new Date(0) })
    disk.objects.set('other/2026/11/other_full_20261122_025900.dump.zst', {
      bytes: Buffer.from('theirs'),
      modifiedAt: new Date(0),
    })
    const report = await run(job([named('disk', disk)]), { signal, now: () => start })
    expect(report.retention).toMatchObject([{ storage: 'disk', orphans: 1, errors: [] }])
    expect(disk.objects.has('shop/2026/11/shop_full_20261122_025900.dump.zst')).toBe(false)
    expect(disk.objects.has('shop/notes.txt')).toBe(true)
    expect(disk.objects.has('other/2026/11/other_full_20261122_025900.dump.zst')).toBe(true)
  })
})

describe('law 2: a stream never ends well before its process has', () => {
  it('publishes nothing when the source fails after its last byte', async () => {
    const disk = memoryStorage()
    const dump = () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(5_000_000, 'x')
          throw new HoldfastError('DATABASE_DUMP_FAILED', 'pg_dump exited 1')
        })(),
        { objectMode: false },
      )
    const report = await run(job([named('disk', disk)], { source: source({ dump }) }), { signal })
    expect(report).toMatchObject({ status: 'failed', error: { code: 'DATABASE_DUMP_FAILED', stage: 'dump' } })
    expect(data(disk)).toEqual([])
  })

  it('stops the dump when counting fails', async () => {
    const disk = memoryStorage()
    const dump = () =>
      Readable.from(
        (async function* () {
          for (;;) {
            await new Promise((resolve) => setTimeout(resolve, 5))
            yield Buffer.alloc(1000, 'x')
          }
        })(),
        { objectMode: false },
      )
    const onCount = async () => {
      throw new HoldfastError('DATABASE_CONNECTION_LOST', 'gone')
    }
    const report = await run(job([named('disk', disk)], { source: source({ dump, onCount }) }), { signal })
    expect(report).toMatchObject({ status: 'failed', error: { code: 'DATABASE_CONNECTION_LOST' } })
    expect(data(disk)).toEqual([])
  })
})

describe('the roles', () => {
  it('are stored beside the dump, not after it', async () => {
    const disk = memoryStorage()
    const rolesRead = Promise.withResolvers<void>()
    const globals = () =>
      Readable.from(
        (async function* () {
          yield Buffer.from('CREATE ROLE app;')
          rolesRead.resolve()
        })(),
        { objectMode: false },
      )
    const dump = () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(1000, 'x')
          await rolesRead.promise
        })(),
        { objectMode: false },
      )
    const report = await run(job([named('disk', disk)], { source: source({ dump, globals }) }), { signal })
    expect(report.status).toBe('succeeded')
    expect(report.backup?.objects.map(({ role }) => role)).toEqual(['dump', 'globals', 'sidecar', 'manifest'])
  })

  it('that can not be read end the run, and the dump with it', async () => {
    const disk = memoryStorage()
    const globals = () =>
      new Readable({
        read() {
          this.destroy(new HoldfastError('DATABASE_DUMP_FAILED', 'pg_dumpall exited 1'))
        },
      })
    const dump = () => new Readable({ read() {} })
    const report = await run(job([named('disk', disk)], { source: source({ dump, globals }) }), { signal })
    expect(report).toMatchObject({ status: 'failed', error: { code: 'DATABASE_DUMP_FAILED', stage: 'dump' } })
    expect(data(disk)).toEqual([])
  })

  it('that a secondary does not take leave nothing there', async () => {
    const [disk, bucket] = [memoryStorage(), memoryStorage()]
    const globals = () => Readable.from([Buffer.from('CREATE ROLE app;')], { objectMode: false })
    const refusing = failing(bucket, (key) => key.includes('.globals.'))
    const both = job([named('disk', disk), named('bucket', refusing)], { source: source({ globals }) })
    const report = await run(both, { signal })
    expect(report.status).toBe('partial')
    expect(report.storages.map(({ status }) => status)).toEqual(['stored', 'failed'])
    expect([manifests(disk).length, data(bucket)]).toEqual([1, []])
  })
})

describe('several storages', () => {
  it('goes on as partial when a secondary fails, and prunes nothing', async () => {
    const [disk, bucket] = [memoryStorage(), memoryStorage()]
    const report = await run(
      job([
        named('disk', disk),
        named(
          'bucket',
          failing(bucket, () => true),
        ),
      ]),
      { signal },
    )
    expect(report).toMatchObject({
      status: 'partial',
      storages: [
        { name: 'disk', status: 'stored' },
        { name: 'bucket', status: 'failed', error: { code: 'STORAGE_FULL' } },
      ],
      retention: [],
    })
    expect(manifests(disk)).toHaveLength(1)
    expect(manifests(bucket)).toHaveLength(0)
  })

  it.each<[string, Partial<Storage>]>([
    [
      'can not be listed',
      {
        async *list() {
          yield await Promise.reject(new HoldfastError('STORAGE_UNAVAILABLE', 'gone'))
        },
      },
    ],
    ['can not be read', { get: () => Promise.reject(new HoldfastError('STORAGE_UNAVAILABLE', 'gone')) }],
  ])('goes on as partial when a secondary %s', async (_, broken) => {
    const [disk, bucket, last] = [memoryStorage(), memoryStorage(), memoryStorage()]
    const storages = [named('disk', disk), named('bucket', { ...bucket, ...broken }), named('last', last)]
    const report = await run(job(storages as unknown as Job['storages']), { signal })
    expect(report.status).toBe('partial')
    expect(report.storages.map(({ status }) => status)).toEqual(['stored', 'failed', 'stored'])
    expect([manifests(disk), manifests(last)].map(({ length }) => length)).toEqual([1, 1])
  })

  it('takes back what it stored in a secondary that failed later, and keeps the report there', async () => {
    const [disk, bucket] = [memoryStorage(), memoryStorage()]
    const later = failing(bucket, (key) => key.endsWith('.manifest.json'))
    await run(job([named('disk', disk), named('bucket', later)]), { signal })
    expect(manifests(disk)).toHaveLength(1)
    expect(data(bucket)).toEqual([])
    expect([...bucket.objects.keys()]).toEqual([expect.stringMatching(/\.report\.json$/)])
  })

  it('prunes in the others when one can not be pruned', async () => {
    const [disk, bucket] = [memoryStorage(() => start), memoryStorage(() => start)]
    const retention = { last: 1 }
    const storages = (first: Storage): Job['storages'] => [
      { ...named('disk', first), retention },
      { ...named('bucket', bucket), retention },
    ]
    await run(job(storages(disk)), { signal, now: () => new Date(start.getTime() - 3_600_000) })
    let stored = false
    const unlisted: Storage = {
      ...disk,
      put: async (key, body, options) => {
        const info = await disk.put(key, body, options)
        stored ||= key.includes('.verdict-')
        return info
      },
      async *list(prefix, cancel) {
        if (stored) throw new HoldfastError('STORAGE_UNAVAILABLE', 'gone')
        yield* disk.list(prefix, cancel)
      },
    }
    const report = await run(job(storages(unlisted)), { signal, now: () => start })
    expect(report).toMatchObject({ status: 'succeeded', retention: [{ storage: 'bucket', kept: 1 }] })
    expect(report.warnings).toContainEqual(expect.stringContaining('disk: nothing was pruned: gone'))
    expect([manifests(disk), manifests(bucket)].map(({ length }) => length)).toEqual([2, 1])
  })

  it('says in the manifest what each storage said of its copy', async () => {
    const disk = memoryStorage()
    const bucket = memoryStorage(undefined, { checksum: 'crc32c' })
    await run(job([named('disk', disk), named('bucket', bucket)]), { signal })
    const [key = ''] = manifests(disk)
    expect(disk.objects.get(key)?.bytes.equals(bucket.objects.get(key)!.bytes)).toBe(true)
    const { copies } = JSON.parse(String(disk.objects.get(key)?.bytes)) as Manifest
    expect(copies).toMatchObject([
      { storage: 'disk', createOnly: 'atomic', checksums: {} },
      { storage: 'bucket', createOnly: 'atomic' },
    ])
    expect(Object.values(copies?.[1]?.checksums ?? {})).toMatchObject([{ algorithm: 'crc32c' }])
  })

  it('verifies every copy where it is', async () => {
    const [disk, bucket] = [memoryStorage(), memoryStorage()]
    const report = await run(job([named('disk', disk), named('bucket', bucket)]), { signal })
    expect(report.verdicts.map((verdict) => verdict.storage)).toEqual(['disk', 'bucket'])
    const [backup] = await listBackups([named('disk', disk), named('bucket', bucket)], 'shop', signal)
    expect(backup?.copies.map((copy) => copy.verification)).toEqual(['archive', 'archive'])
  })
})

describe('law 5: nothing good is deleted on the word of something bad', () => {
  const retention = { last: 1 }

  async function history(
    verifiers: Job['verifiers'],
    changes: Partial<Job> = {},
  ): Promise<[MemoryStorage, unknown]> {
    const disk = memoryStorage(() => start)
    const storage: JobStorage = { ...named('disk', disk), retention }
    for (const hour of [1, 2]) {
      await run(job([storage]), { signal, now: () => new Date(start.getTime() - hour * 3_600_000) })
    }
    disk.objects.set('x', { bytes: Buffer.alloc(0), modifiedAt: start })
    const last = await run(job([storage], { verifiers, ...changes }), { signal, now: () => start })
    return [disk, last]
  }

  it('deletes an older backup after a good run', async () => {
    const [disk, last] = await history([verifier('archive')])
    expect(last).toMatchObject({ status: 'succeeded' })
    expect(manifests(disk)).toHaveLength(1)
  })

  it.each([
    ['failed', [verifier('archive', 'failed')], {}],
    ['suspect', [verifier('archive'), verifier('plausible', 'failed')], {}],
    [
      'failed',
      [],
      {
        source: source({
          dump: () =>
            new Readable({
              read() {
                this.destroy(new Error('cut'))
              },
            }),
        }),
      },
    ],
    ['succeeded', [verifier('archive')], { source: source({ clockSkewMs: 3_600_000 }) }],
  ] as const)('deletes nothing after a %s run', async (status, verifiers, changes) => {
    const [disk, last] = await history([...verifiers], changes)
    expect(last).toMatchObject({ status })
    const before = new Set(['20261122_010000', '20261122_020000'])
    const kept = manifests(disk).filter((key) => [...before].some((stamp) => key.includes(stamp)))
    expect(kept.length).toBeGreaterThanOrEqual(1)
    expect(kept.some((key) => key.includes('20261122_020000'))).toBe(true)
  })
})

describe('ends', () => {
  it('leaves no trace when the job is locked', async () => {
    const disk = memoryStorage()
    const report = await run(job([named('disk', disk)], { source: source({ locked: true }) }), { signal })
    expect(report).toMatchObject({ status: 'failed', error: { code: 'RUN_LOCKED', stage: 'snapshot' } })
    expect(disk.objects.size).toBe(0)
  })

  it('is cancelled with the reason of its signal and leaves no data', async () => {
    const disk = memoryStorage()
    const controller = new AbortController()
    const dump = () =>
      Readable.from(
        (async function* () {
          yield Buffer.alloc(5_000_000, 'x')
          controller.abort(new HoldfastError('RUN_TERMINATED', 'SIGTERM came'))
          await new Promise((resolve) => setTimeout(resolve, 1000))
        })(),
        { objectMode: false },
      )
    const report = await run(job([named('disk', disk)], { source: source({ dump }) }), {
      signal: controller.signal,
    })
    expect(report).toMatchObject({ status: 'cancelled', error: { code: 'RUN_TERMINATED' } })
    expect(data(disk)).toEqual([])
  })

  it('asks every notifier and keeps the verdict whatever they do', async () => {
    const heard: string[] = []
    const notifiers: Job['notifiers'] = [
      notifier('thrower', { notify: () => Promise.reject(new Error('broken')) }),
      notifier('listener', { notify: async ({ event }) => void heard.push(event) }),
    ]
    const report = await run(job([named('disk', memoryStorage())], { notifiers }), { signal })
    expect(report.status).toBe('succeeded')
    expect(heard).toEqual(['backup.started', 'backup.succeeded'])
    expect(report.notifications.map((one) => [one.notifier, one.event, one.status])).toEqual([
      ['thrower', 'backup.started', 'failed'],
      ['thrower', 'backup.succeeded', 'failed'],
      ['listener', 'backup.started', 'delivered'],
      ['listener', 'backup.succeeded', 'delivered'],
    ])
  })

  it('lets no secret out', async () => {
    const redactor = createRedactor()
    redactor.add('hunter2-hunter2')
    const dump = () =>
      new Readable({
        read() {
          this.destroy(new Error('at postgres://u:hunter2-hunter2@db'))
        },
      })
    const events: RunEvent[] = []
    const report = await run(job([named('disk', memoryStorage())], { source: source({ dump }), redactor }), {
      signal,
      onEvent: (event) => events.push(event),
    })
    expect(report.error?.message).toContain('[secret]')
    expect(JSON.stringify([report, events])).not.toContain('hunter2')
  })
})
