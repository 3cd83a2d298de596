import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import type { Manifest, RestoreTarget, TableFacts } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import { listBackups } from './backups.ts'
import { addBackup } from './fixtures.test.ts'
import { dumpKey } from './keys.ts'
import { restoreBackup, type RestoreOptions } from './restore.ts'
import { encode } from './transform/encode.ts'

const signal = new AbortController().signal
const startedAt = new Date('2026-11-22T03:00:00Z')
const compression = { algorithm: 'zstd', level: 1 } as const
const raw = randomBytes(9_000_000)
const key = dumpKey('shop/2026/11/shop_full_20261122_030000', 'custom', { compression })

const tables: TableFacts[] = [
  { schema: 'public', name: 'orders', bytes: 1, rows: 7 },
  { schema: 'public', name: 'events_1', partitionOf: 'public.events', bytes: 1, rows: 2 },
  { schema: 'public', name: 'events_2', partitionOf: 'public.events', bytes: 1, rows: 3 },
]

/** A target that keeps what it is given. */
function target(counts: TableFacts[] = tables) {
  const seen: { prepared: number; open: number; body?: Buffer } = { prepared: 0, open: 0 }
  const instance: RestoreTarget = {
    description: 'app@db:5432/copy',
    check: async () => {},
    stageFile: (body, path) => writeFile(path, body),
    prepare: async () => {
      seen.prepared++
      seen.open++
      return {
        restoreFile: async (path) => void (seen.body = await readFile(path)),
        restoreStream: async (body) => void (seen.body = await buffer(body)),
        count: async () => counts,
        close: async () => void seen.open--,
      }
    },
  }
  return { instance, seen }
}

async function stored(
  change: (bytes: Buffer) => Buffer = (bytes) => bytes,
  manifest: Partial<Manifest> = {},
) {
  const disk = memoryStorage()
  const bytes = await buffer(Readable.from([raw], { objectMode: false }).pipe(encode(compression)))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const objects: Manifest['objects'] = [{ role: 'dump', key, bytes: bytes.length, sha256 }]
  await addBackup(disk, startedAt, { objects, tables, compression, ...manifest })
  disk.objects.set(key, { bytes: change(bytes), modifiedAt: startedAt })
  return disk
}

async function restore(disk: MemoryStorage, into: RestoreTarget, changes: Partial<RestoreOptions> = {}) {
  const storages = [{ name: 'disk', plugin: 'memory', instance: disk }]
  const [backup] = await listBackups(storages, undefined, signal)
  if (backup === undefined) throw new TypeError('nothing was stored')
  return restoreBackup(backup, into, {
    storages,
    tables: [],
    part: 'all',
    jobs: 2,
    ownership: false,
    stream: false,
    createDatabase: false,
    allowNonEmpty: false,
    dryRun: false,
    now: () => startedAt,
    signal,
    ...changes,
  })
}

const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes)
  copy[copy.length - 20] = (copy[copy.length - 20] ?? 0) ^ 1
  return copy
}

describe.each([{ stream: false }, { stream: true }])('a restore with stream: $stream', ({ stream }) => {
  it('gives the target every byte and compares rows, partitions at their root', async () => {
    const { instance, seen } = target()
    const report = await restore(await stored(), instance, { stream })
    expect(seen.body?.equals(raw)).toBe(true)
    expect(report).toMatchObject({
      status: 'succeeded',
      target: 'app@db:5432/copy',
      rows: 12,
      tables: [
        { table: 'public.orders', expected: 7, actual: 7 },
        { table: 'public.events', expected: 5, actual: 5 },
      ],
    })
  })

  it.each([
    ['flipped', flipped],
    ['cut', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['another one', () => randomBytes(100)],
  ])('refuses an object that is %s', async (_title, change) => {
    const { instance, seen } = target()
    await expect(restore(await stored(change), instance, { stream })).rejects.toMatchObject({
      code: expect.stringMatching(/^VERIFY_(DIGEST|DECODE)$/),
    })
    expect(seen.body).toBeUndefined()
    // A stream can only be checked while it is restored; its one transaction never commits.
    expect(seen.prepared).toBe(stream ? 1 : 0)
    expect(seen.open).toBe(0)
  })

  it('says which tables differ', async () => {
    const [orders, ...others] = tables
    if (orders === undefined) throw new TypeError('no tables')
    const report = await restore(await stored(), target([{ ...orders, rows: 6 }, ...others]).instance, {
      stream,
    })
    expect(report).toMatchObject({
      status: 'failed',
      error: { code: 'VERIFY_COUNTS', message: 'after the restore public.orders has 6 rows, not 7' },
    })
  })
})

describe('a restore', () => {
  it('leaves the target alone in a dry run, but reads every byte', async () => {
    const { instance, seen } = target()
    expect(await restore(await stored(), instance, { dryRun: true })).toMatchObject({
      status: 'succeeded',
      tables: [],
    })
    await expect(restore(await stored(flipped), instance, { dryRun: true })).rejects.toMatchObject({
      code: expect.stringMatching(/^VERIFY_/),
    })
    expect(seen).toEqual({ prepared: 0, open: 0 })
  })

  it('compares only the tables that were asked for', async () => {
    const { instance } = target(tables.slice(0, 1))
    const report = await restore(await stored(), instance, { tables: ['orders'] })
    expect(report.tables.map((table) => table.table)).toEqual(['public.orders'])
  })

  it('compares nothing where nothing was counted or no rows were asked for', async () => {
    const uncounted = tables.map(({ rows: _rows, ...table }) => table)
    expect(
      (await restore(await stored((bytes) => bytes, { tables: uncounted }), target().instance)).tables,
    ).toEqual([])
    expect((await restore(await stored(), target().instance, { part: 'schema' })).tables).toEqual([])
  })
})
