import type { Manifest, Verdict } from '@holdfast/plugin'
import type { KnownCopy, KnownReport } from './known.ts'

export const dayMs = 86_400_000
export const monday = new Date('2026-11-23T03:00:00Z')

export function daysLater(days: number): Date {
  return new Date(monday.getTime() + days * dayMs)
}

/** A verified copy in `disk`, of 1000 bytes, unless the changes say otherwise. */
export function copyOf(
  startedAt: Date,
  { bytes = 1000, kind = 'full' as const, ...changes }: Partial<KnownCopy> & Partial<Sized> = {},
): KnownCopy {
  return {
    storage: 'disk',
    startedAt,
    manifest: manifestOf(kind, bytes),
    verification: 'archive',
    verifiedAt: new Date(startedAt.getTime() + 60_000),
    verdicts: [verdictOf('passed')],
    suspect: false,
    accepted: false,
    ...changes,
  }
}

interface Sized {
  bytes: number
  kind: Manifest['kind']
}

export function verdictOf(status: Verdict['status'], changes: Partial<Verdict> = {}): Verdict {
  return { verifier: 'archive', storage: 'disk', proves: 'archive', status, checks: [], ...changes }
}

export function reportOf(startedAt: Date, changes: Partial<KnownReport> = {}): KnownReport {
  return {
    job: 'shop',
    status: 'succeeded',
    startedAt: startedAt.toISOString(),
    durationMs: 12_500,
    dryRun: false,
    storages: [{ name: 'disk', plugin: 'local', status: 'stored', location: '/b', bytes: 1000 }],
    verdicts: [verdictOf('passed')],
    notifications: [{ notifier: 'mail', status: 'delivered' }],
    retention: [{ storage: 'disk', deleted: ['shop_full_1', 'shop_full_2'], orphans: 3, errors: [] }],
    ...changes,
  }
}

function manifestOf(kind: Manifest['kind'], bytes: number): Manifest {
  return {
    schemaVersion: 1,
    id: '0123456789ab',
    name: 'shop_full_20261123_030000',
    job: 'shop',
    kind,
    selection: { include: [], exclude: [] },
    format: 'custom',
    labels: {},
    startedAt: monday.toISOString(),
    finishedAt: monday.toISOString(),
    holdfast: { version: '0.0.0' },
    database: {
      name: 'shop',
      host: 'db',
      port: 5432,
      user: 'app',
      serverVersion: '15.18',
      serverMajor: 15,
      encoding: 'UTF8',
      bytes: 1,
      identity: '1/2',
    },
    client: { version: '15.18' },
    arguments: [],
    compression: { algorithm: 'none' },
    objects: [
      { role: 'dump', key: 'shop/d.dump', bytes: bytes - 100, sha256: 'aa' },
      { role: 'sidecar', key: 'shop/d.dump.sha256', bytes: 100, sha256: 'bb' },
    ],
    rawBytes: bytes * 5,
    tables: [{ schema: 'public', name: 'orders', bytes: 1, rows: 7 }],
    rows: 7,
    largeObjects: 0,
    omissions: [],
    warnings: [],
    restoreByHand: '',
  }
}
