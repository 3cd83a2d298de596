import type { Manifest, VerdictStatus } from '@holdfast/plugin'
import { describe, expect, it } from 'vitest'
import size from './index.ts'

interface Figures {
  stored?: number
  raw?: number
  rows?: number | undefined
  tables?: number
  globals?: number
  format?: Manifest['format']
  compression?: Manifest['compression']
}

const zstd = { algorithm: 'zstd', level: 1 } as const

function backup(figures: Figures = {}): Manifest {
  const { stored = 1000, raw = 5000, tables = 20, globals, format = 'custom', compression = zstd } = figures
  const rows = 'rows' in figures ? figures.rows : 300
  const object = { sha256: '0'.repeat(64) }
  return {
    schemaVersion: 1,
    id: '0123456789ab',
    name: 'shop_full_20261122_030000',
    job: 'shop',
    kind: 'full',
    selection: { include: [], exclude: [] },
    format,
    labels: {},
    startedAt: '2026-11-22T03:00:00Z',
    finishedAt: '2026-11-22T03:01:00Z',
    holdfast: { version: '1.0.0' },
    database: {
      name: 'shop',
      host: 'localhost',
      port: 5432,
      user: 'shop',
      serverVersion: '15.18',
      serverMajor: 15,
      encoding: 'UTF8',
      bytes: 1,
      identity: 'x',
    },
    client: { version: '15.18' },
    arguments: [],
    compression,
    objects: [
      { role: 'dump', key: 'd', bytes: stored, ...object },
      { role: 'sidecar', key: 's', bytes: 1_000_000, ...object },
      ...(globals === undefined ? [] : [{ role: 'globals' as const, key: 'g', bytes: globals, ...object }]),
    ],
    rawBytes: raw,
    tables: Array.from({ length: tables }, (_, index) => ({ schema: 'public', name: `t${index}`, bytes: 1 })),
    ...(rows === undefined ? {} : { rows }),
    largeObjects: 0,
    omissions: [],
    warnings: [],
    restoreByHand: '',
  }
}

async function verify(now: Figures, before: Figures[], options: unknown = {}) {
  const verifier = size.create(size.parseOptions(options), { name: 'size', job: 'shop', baseDirectory: '/' })
  const verdict = await verifier.verify(
    {
      manifest: backup(now),
      history: before.map(backup),
      workspace: '/nonexistent',
      open: () => Promise.reject(new Error('nothing is to be read')),
      attest: () => Promise.resolve(undefined),
      readFull: false,
      decodable: true,
      decode: (stored) => stored,
    },
    AbortSignal.timeout(1000),
  )
  return { ...verdict, of: (name: string) => verdict.checks.find((check) => check.name === name) }
}

describe('a figure against its history', () => {
  const table: [string, Figures, Figures[], unknown, string, VerdictStatus, string][] = [
    [
      'far smaller',
      { stored: 412e6 },
      [{ stored: 1.3e9 }, { stored: 1.5e9 }, { stored: 1.4e9 }, { stored: 1.4e9 }],
      {},
      'compressed-size',
      'failed',
      '412 MB, 70.6% smaller than the average of the last 4 (1.4 GB)',
    ],
    [
      'far larger',
      { raw: 10_000 },
      [{}, {}],
      {},
      'raw-size',
      'warning',
      '10 kB, 100% larger than the average of the last 2 (5.0 kB)',
    ],
    [
      'exactly 20% smaller',
      { rows: 240 },
      [{}],
      {},
      'rows',
      'passed',
      '240 rows, 20% smaller than the one before (300 rows)',
    ],
    [
      'just beyond 20% smaller',
      { rows: 239_999 },
      [{ rows: 300_000 }],
      {},
      'rows',
      'failed',
      '239,999 rows, just over 20% smaller than the one before (300,000 rows)',
    ],
    [
      'exactly 20% larger',
      { rows: 360 },
      [{}],
      {},
      'rows',
      'passed',
      '360 rows, 20% larger than the one before (300 rows)',
    ],
    [
      'just beyond 20% larger',
      { rows: 361 },
      [{}],
      {},
      'rows',
      'warning',
      '361 rows, 20.3% larger than the one before (300 rows)',
    ],
    [
      'a tolerance that floats cannot hold',
      { tables: 67 },
      [{ tables: 100 }],
      { tolerancePercent: 33 },
      'tables',
      'passed',
      '67 tables, 33% smaller than the one before (100 tables)',
    ],
    [
      'unchanged',
      {},
      [{}, {}, {}],
      {},
      'tables',
      'passed',
      '20 tables, the same as the average of the last 3 (20 tables)',
    ],
    [
      'only the last N count',
      { stored: 1000 },
      [{ stored: 1000 }, { stored: 9000 }],
      { last: 1 },
      'compressed-size',
      'passed',
      '1.0 kB, the same as the one before (1.0 kB)',
    ],
    ['nothing, as before', { rows: 0 }, [{ rows: 0 }], {}, 'rows', 'passed', '0 rows, as before'],
    [
      'something after nothing',
      { rows: 9 },
      [{ rows: 0 }],
      {},
      'rows',
      'warning',
      '9 rows, more than the one before (0 rows)',
    ],
    [
      'nothing after something, at any tolerance',
      { rows: 0 },
      [{}],
      { tolerancePercent: 100 },
      'rows',
      'failed',
      '0 rows, 100% smaller than the one before (300 rows)',
    ],
    [
      'the globals count too, the sidecar does not',
      { stored: 500, globals: 500 },
      [{ stored: 1000 }],
      {},
      'compressed-size',
      'passed',
      '1.0 kB, the same as the one before (1.0 kB)',
    ],
    [
      'bytes never read 1000 MB',
      { stored: 999_960_000 },
      [{ stored: 999_960_000 }],
      {},
      'compressed-size',
      'passed',
      '1.0 GB, the same as the one before (1.0 GB)',
    ],
  ]
  it.each(table)('%s', async (_, now, before, options, name, status, detail) => {
    const verdict = await verify(now, before, options)
    expect(verdict.of(name)).toEqual({ name, status, detail })
    expect(verdict.status).toBe(status)
  })
})

describe('what cannot be compared is skipped, with the reason', () => {
  it('without a history', async () => {
    const verdict = await verify({}, [])
    expect(verdict.status).toBe('skipped')
    expect(verdict.checks).toHaveLength(4)
    expect(verdict.of('rows')?.detail).toBe(
      '300 rows; no earlier backup of this job and kind to compare with',
    )
  })

  it('where rows are not counted, now or before', async () => {
    expect((await verify({ rows: undefined }, [{}])).of('rows')).toMatchObject({
      status: 'skipped',
      detail: 'not recorded for this backup',
    })
    expect((await verify({}, [{ rows: undefined }])).of('rows')).toMatchObject({
      status: 'skipped',
      detail: '300 rows; not recorded for the backups before it',
    })
    expect((await verify({}, [{ rows: undefined }, { rows: 900 }])).of('rows')?.status).toBe('failed')
  })

  it('the stored size after a change of compression, but not the raw size', async () => {
    const verdict = await verify({ stored: 100 }, [{ compression: { algorithm: 'none' } }])
    expect(verdict.of('compressed-size')).toMatchObject({
      status: 'skipped',
      detail: '100 B; compression changed to zstd level 1',
    })
    expect(verdict.of('raw-size')?.status).toBe('passed')
    expect(verdict.status).toBe('passed')
  })

  it('both sizes after a change of format', async () => {
    const verdict = await verify({ format: 'plain', stored: 1, raw: 1 }, [{}])
    expect(verdict.of('compressed-size')?.status).toBe('skipped')
    expect(verdict.of('raw-size')?.detail).toBe('1 B; the format changed to plain')
  })
})

describe('options', () => {
  it('have defaults', () => {
    expect(size.parseOptions(undefined)).toEqual({ last: 4, tolerancePercent: 20 })
  })

  it.each([
    { last: 0 },
    { last: 1.5 },
    { last: 101 },
    { tolerancePercent: 0 },
    { tolerancePercent: -5 },
    { tolerancePercent: 101 },
    { tolerancePercent: '20' },
    { tolerance: 20 },
  ])('refuse %o', (options) => {
    expect(() => size.parseOptions(options)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('have a schema for editors in which none is required', () => {
    expect(size.optionsSchema?.()).toMatchObject({
      additionalProperties: false,
      properties: {
        last: { default: 4, minimum: 1, maximum: 100 },
        tolerancePercent: { default: 20, maximum: 100 },
      },
    })
    expect(size.optionsSchema?.()).not.toHaveProperty('required')
  })
})
