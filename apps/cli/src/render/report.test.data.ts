import type { Report } from '@holdfast/plugin'

const base = 'shop/2026/11/shop_full_20261122_030000'

/** A run in which everything went well, as core reports it. */
export const goodReport: Report = {
  schemaVersion: 1,
  command: 'backup',
  status: 'succeeded',
  job: 'shop',
  startedAt: '2026-11-22T03:00:00.000Z',
  finishedAt: '2026-11-22T03:00:06.200Z',
  durationMs: 6200,
  dryRun: false,
  backup: {
    id: '4f1c09a2b3cd',
    name: 'shop_full_20261122_030000',
    kind: 'full',
    format: 'custom',
    objects: [
      { role: 'dump', key: `${base}.dump.zst`, bytes: 96_000_000, sha256: 'a'.repeat(64) },
      { role: 'globals', key: `${base}.globals.sql.zst`, bytes: 812, sha256: 'b'.repeat(64) },
      { role: 'sidecar', key: `${base}.dump.zst.sha256`, bytes: 214, sha256: 'c'.repeat(64) },
      { role: 'manifest', key: `${base}.manifest.json`, bytes: 4120, sha256: 'd'.repeat(64) },
    ],
    rawBytes: 412_000_000,
    tables: 18,
    rows: 1_203_441,
  },
  stages: [],
  storages: [
    {
      name: 'local',
      plugin: 'local',
      status: 'stored',
      location: `/var/backups/${base}.dump.zst`,
      bytes: 96_005_146,
    },
  ],
  verdicts: [
    {
      verifier: 'archive',
      storage: 'local',
      proves: 'archive',
      status: 'passed',
      checks: [
        { name: 'length', status: 'passed', detail: '96,000,000 bytes, as the manifest says' },
        { name: 'sha256', status: 'passed', detail: 'matches (aaaaaaaaaaaa…)' },
        {
          name: 'decode',
          status: 'passed',
          detail: '412,000,000 bytes decoded and read to their end by pg_restore',
        },
        {
          name: 'contents',
          status: 'passed',
          detail: 'the rows of all 18 tables are in the dump',
        },
        { name: 'tables', status: 'passed', detail: '18 tables, at least 10' },
        { name: 'size', status: 'passed', detail: '96,000,000 bytes, at least 1,048,576' },
      ],
    },
    {
      verifier: 'size',
      storage: 'local',
      proves: 'plausible',
      status: 'passed',
      checks: [
        {
          name: 'compressed-size',
          status: 'passed',
          detail: '96 MB, 2% larger than the average of the last 4 (94 MB)',
        },
      ],
    },
  ],
  notifications: [],
  retention: [{ storage: 'local', deleted: ['shop_full_20260824_030000'], kept: 12, orphans: 0, errors: [] }],
  warnings: [],
  restoreCommand: 'holdfast restore 4f1c09a2b3cd --from ./backups --to "$TARGET_DATABASE_URL"',
}
