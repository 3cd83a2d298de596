import { memoryStorage, type MemoryStorage } from '@holdfast/testkit'
import { HoldfastError, type Manifest, type Verdict } from '@holdfast/plugin'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findBackup, listBackups } from './backups.ts'
import { readCatalog, readHeads } from './catalog.ts'
import { isWholeHistory, trustedHistory } from './history.ts'
import { addBackup, manifestOf } from './fixtures.test.ts'
import { backupBase, backupName, manifestKey } from './keys.ts'
import { accept, protect, unprotect } from './records.ts'

const signal = new AbortController().signal
const day = (count: number): Date => new Date(Date.UTC(2026, 0, 1 + count, 3))

const named = (instance: MemoryStorage, name = 'disk') => ({ name, plugin: 'memory', instance })
const read = async (storage: MemoryStorage) => (await readCatalog(named(storage), 'shop', signal)).backups

describe('what a storage says of a backup', () => {
  it.each<[string, Partial<Verdict>[], object]>([
    ['nothing was said', [], { verification: 'unverified', suspect: false }],
    ['it is whole', [{}], { verification: 'archive' }],
    ['it is whole, with a warning', [{ status: 'warning' }], { verification: 'archive' }],
    ['it came back', [{}, { proves: 'restored' }], { verification: 'restored' }],
    ['it is damaged', [{ status: 'failed' }], { verification: 'failed' }],
    ['damaged, later whole', [{ status: 'failed' }, {}], { verification: 'archive' }],
    ['whole, later damaged', [{}, { status: 'failed' }], { verification: 'failed' }],
    ['its storage attests it', [{ proves: 'attested' }], { verification: 'attested' }],
    ['whole, later attested', [{}, { proves: 'attested' }], { verification: 'archive' }],
    ['attested, later whole', [{ proves: 'attested' }, {}], { verification: 'archive' }],
    ['damaged, later attested', [{ status: 'failed' }, { proves: 'attested' }], { verification: 'failed' }],
    [
      'not attested, later whole',
      [{ proves: 'attested', status: 'failed' }, {}],
      { verification: 'archive' },
    ],
    ['whole, later not attested', [{}, { proves: 'attested', status: 'failed' }], { verification: 'failed' }],
    ['a skipped look takes nothing back', [{}, { status: 'skipped' }], { verification: 'archive' }],
    [
      'not plausible',
      [{}, { proves: 'plausible', status: 'failed' }],
      { verification: 'archive', suspect: true },
    ],
    [
      'not plausible to one of two verifiers',
      [
        { proves: 'plausible', status: 'failed' },
        { proves: 'plausible', verifier: 'another' },
      ],
      { suspect: true },
    ],
    [
      'damaged to one of two verifiers',
      [{ status: 'failed' }, { verifier: 'another' }],
      { verification: 'failed' },
    ],
  ])('%s', async (_title, verdicts, expected) => {
    const disk = memoryStorage()
    await addBackup(disk, day(1), {}, verdicts)
    expect(await read(disk)).toMatchObject([expected])
  })

  it('believes no verdict on another manifest', async () => {
    const disk = memoryStorage()
    const base = await addBackup(disk, day(1), {}, [{}])
    const manifest = JSON.parse(String(disk.objects.get(manifestKey(base))?.bytes)) as Manifest
    disk.objects.set(manifestKey(base), {
      bytes: Buffer.from(JSON.stringify({ ...manifest, rawBytes: 5 })),
      modifiedAt: day(1),
    })
    expect(await read(disk)).toMatchObject([{ verification: 'unverified' }])
  })

  it('keeps marks as objects of their own', async () => {
    const disk = memoryStorage()
    const base = await addBackup(disk, day(1), {}, [{ proves: 'plausible', status: 'failed' }])
    await protect(disk, base, day(2), signal)
    await protect(disk, base, day(2), signal)
    await accept(disk, base, day(2), signal)
    expect(await read(disk)).toMatchObject([{ protected: true, accepted: true, suspect: false }])
    await unprotect(disk, base, signal)
    expect(await read(disk)).toMatchObject([{ protected: false }])
  })

  it.each<[string, (manifest: Manifest) => string]>([
    ['truncated', (manifest) => JSON.stringify(manifest).slice(0, 200)],
    ['empty', () => ''],
    ['of a future version', (manifest) => JSON.stringify({ ...manifest, schemaVersion: 2 })],
    ['of another backup', (manifest) => JSON.stringify({ ...manifest, name: 'shop_full_20200101_000000' })],
    ['of another job', (manifest) => JSON.stringify({ ...manifest, job: 'other' })],
    [
      'speaking of data that is not its own',
      (manifest) =>
        JSON.stringify({
          ...manifest,
          objects: [{ ...manifest.objects[0], key: 'shop/2026/01/../../other/x.dump' }],
        }),
    ],
    ['not JSON of a manifest', () => '[]'],
    ['null', () => 'null'],
  ])('lists a manifest that is %s as invalid', async (_title, damage) => {
    const disk = memoryStorage()
    const base = await addBackup(disk, day(1), {}, [{}])
    const text = damage(manifestOf(day(1)))
    disk.objects.set(manifestKey(base), { bytes: Buffer.from(text), modifiedAt: day(1) })
    expect(await read(disk)).toMatchObject([
      { verification: 'invalid', invalid: { code: 'VERIFY_MANIFEST' }, name: 'shop_full_20260102_030000' },
    ])
  })

  it('never breaks on bytes that are no manifest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string(), fc.base64String()), async (text) => {
        const disk = memoryStorage()
        disk.objects.set(manifestKey(backupBase('shop', backupName('shop', 'full', day(1)), day(1))), {
          bytes: Buffer.from(text),
          modifiedAt: day(1),
        })
        expect(await read(disk)).toMatchObject([{ verification: 'invalid' }])
      }),
      { numRuns: 200 },
    )
  })

  it('passes over foreign files and other jobs', async () => {
    const disk = memoryStorage()
    await addBackup(disk, day(1))
    await addBackup(disk, day(1), { job: 'shop-old' })
    for (const key of [
      'shop/notes.txt',
      'shop/2026/01/shop_full_x.manifest.json',
      'manifest.json',
      'shop2/a.manifest.json',
    ]) {
      disk.objects.set(key, { bytes: Buffer.from('{}'), modifiedAt: day(1) })
    }
    expect(await read(disk)).toHaveLength(1)
    expect((await readCatalog(named(disk), undefined, signal)).backups).toHaveLength(2)
    expect((await readCatalog(named(disk), undefined, signal)).orphans).toEqual([])
  })
})

describe('finding a backup', () => {
  async function some() {
    const [disk, bucket] = [memoryStorage(), memoryStorage()]
    await addBackup(disk, day(1), {}, [{}])
    await addBackup(bucket, day(1))
    await addBackup(disk, day(2))
    await addBackup(bucket, day(3), { job: 'crm' })
    return listBackups([named(disk), named(bucket, 'bucket')], undefined, signal)
  }

  it('puts the copies of a backup together, newest backup first', async () => {
    const backups = await some()
    expect(backups.map(({ job, copies }) => [job, copies.map((copy) => copy.storage)])).toEqual([
      ['crm', ['bucket']],
      ['shop', ['disk']],
      ['shop', ['disk', 'bucket']],
    ])
    expect(backups[2]).toMatchObject({ verification: 'archive' })
  })

  it.each([
    ['shop@latest', 'shop_full_20260103_030000'],
    ['shop_full_20260102_030000', 'shop_full_20260102_030000'],
    [manifestOf(day(2)).id, 'shop_full_20260103_030000'],
    [manifestOf(day(2)).id.slice(0, 6), 'shop_full_20260103_030000'],
    [`crm@${manifestOf(day(3), { job: 'crm' }).id}`, 'crm_full_20260104_030000'],
  ])('by %s', async (wanted, name) => {
    expect(findBackup(await some(), wanted).name).toBe(name)
  })

  it.each([
    ['latest', 'BACKUP_AMBIGUOUS'],
    ['crm@shop_full_20260102_030000', 'BACKUP_NOT_FOUND'],
    ['nothing', 'BACKUP_NOT_FOUND'],
    ['', 'BACKUP_NOT_FOUND'],
  ])('refuses %j', async (wanted, code) => {
    const backups = await some()
    expect(() => findBackup(backups, wanted)).toThrow(expect.objectContaining({ code }))
  })
})

describe('a catalog of heads', () => {
  it('has all but what grows with the database', async () => {
    const disk = memoryStorage()
    const tables = [{ schema: 'public', name: 'orders', bytes: 1 }]
    await addBackup(disk, day(1), { tables, label: 'pre-deploy' }, [{}])
    const [whole] = await read(disk)
    const { backups } = await readHeads(named(disk), 'shop', signal)
    const {
      tables: _,
      omissions,
      warnings,
      arguments: given,
      ...head
    } = whole?.manifest ?? manifestOf(day(1))
    expect([omissions, warnings, given]).toEqual([[], [], []])
    expect(backups).toEqual([{ ...whole, manifest: head }])
  })
})

describe('reading until it is enough', () => {
  it('reads the newest hundred, and then hundred by hundred', async () => {
    const disk = memoryStorage()
    for (let count = 0; count < 250; count++) await addBackup(disk, day(count))
    const readUntil = async (wanted: number) => {
      const isEnough = (found: readonly unknown[]): boolean => found.length >= wanted
      return (await readCatalog(named(disk), 'shop', signal, { isEnough })).backups
    }
    const hundred = await readUntil(1)
    expect(hundred.map(({ startedAt }) => startedAt)).toEqual(
      Array.from({ length: 100 }, (_, index) => day(249 - index)),
    )
    expect(await readUntil(101)).toHaveLength(200)
    expect(await readUntil(1000)).toHaveLength(250)
  })
})

describe('the history that sizes are measured against', () => {
  it('has neither failed nor suspect backups, nor other kinds, and starts anew at an accepted one', async () => {
    const disk = memoryStorage()
    const suspect = { proves: 'plausible', status: 'failed' } as const
    await addBackup(disk, day(1), {}, [{}])
    const accepted = await addBackup(disk, day(2), {}, [{}, suspect])
    await accept(disk, accepted, day(2), signal)
    await addBackup(disk, day(3), {}, [{}])
    await addBackup(disk, day(4), {}, [{ status: 'failed' }])
    await addBackup(disk, day(5), {}, [{}, suspect])
    await addBackup(disk, day(6), { kind: 'schema' }, [{}])
    await addBackup(disk, day(7), { selection: { include: ['orders'], exclude: [] } }, [{}])
    await addBackup(disk, day(8))
    const backups = await listBackups([named(disk)], 'shop', signal)
    const history = trustedHistory(backups, manifestOf(day(9)), day(9))
    expect(history.map((manifest) => manifest.startedAt)).toEqual(
      [8, 3, 2].map((count) => day(count).toISOString()),
    )
  })

  it('is whole with a hundred, or with an accepted one: what is older is not read for it', async () => {
    const disk = memoryStorage()
    for (let count = 0; count < 101; count++) await addBackup(disk, day(count))
    const all = await read(disk)
    const like = manifestOf(day(200))
    expect(trustedHistory(await listBackups([named(disk)], 'shop', signal), like, day(200))).toHaveLength(100)
    expect(isWholeHistory(all.slice(0, 99), like)).toBe(false)
    expect(isWholeHistory(all.slice(0, 100), like)).toBe(true)
    expect(isWholeHistory(all, manifestOf(day(200), { kind: 'schema' }))).toBe(false)
    await accept(disk, all[7]?.base ?? '', day(201), signal)
    expect(isWholeHistory((await read(disk)).slice(0, 10), like)).toBe(true)
  })
})

describe('a manifest whose answer was lost', () => {
  it('counts as written when it is there with just these bytes', async () => {
    const disk = memoryStorage()
    let calls = 0
    const lossy: MemoryStorage = {
      ...disk,
      put: async (key, body, options) => {
        const info = await disk.put(key, body, options)
        if (calls++ === 0) throw new HoldfastError('STORAGE_UNAVAILABLE', 'reset', { retryable: true })
        return info
      },
    }
    await addBackup(lossy, day(1))
    expect(await read(disk)).toHaveLength(1)
  })
})
