import type { Report, ReportedBackup, Verdict } from '@holdfast/plugin'

export const at = '2026-11-22T03:00:06.200Z'
export const startedAt = '2026-11-22T03:00:00.000Z'
const key = 'shop/2026/11/shop_full_20261122_030000.dump.zst'

export const backup: ReportedBackup = {
  id: '4f1c09a2b3cd',
  name: 'shop_full_20261122_030000',
  kind: 'full',
  format: 'custom',
  objects: [
    { role: 'dump', key, bytes: 96_000_000, sha256: 'a'.repeat(64) },
    { role: 'manifest', key: `${key}.manifest.json`, bytes: 4120, sha256: 'd'.repeat(64) },
  ],
  rawBytes: 412_000_000,
  tables: 18,
  rows: 1_203_441,
}

const archive: Verdict = {
  verifier: 'archive',
  storage: 's3',
  proves: 'archive',
  status: 'passed',
  checks: ['length', 'sha256', 'decode', 'contents', 'tables', 'size'].map((name) => ({
    name,
    status: 'passed',
    detail: `${name} is right`,
  })),
}

const size: Verdict = {
  verifier: 'size',
  storage: 's3',
  proves: 'plausible',
  status: 'passed',
  checks: [
    {
      name: 'compressed-size',
      status: 'passed',
      detail: '96 MB, 2% larger than the average of the last 4 (94 MB)',
    },
  ],
}

/** Backed up and verified. */
export const good: Report = {
  schemaVersion: 1,
  command: 'backup',
  status: 'succeeded',
  job: 'shop',
  startedAt,
  finishedAt: at,
  durationMs: 6200,
  dryRun: false,
  backup,
  stages: [],
  storages: [
    {
      name: 's3',
      plugin: 's3',
      status: 'stored',
      location: `s3://wastewise-backups/${key}`,
      bytes: 96_004_120,
    },
  ],
  verdicts: [archive, size],
  notifications: [],
  retention: [{ storage: 's3', deleted: ['shop_full_20260824_030000'], kept: 12, orphans: 0, errors: [] }],
  warnings: [],
  restoreCommand: 'holdfast restore 4f1c09a2b3cd --config /etc/holdfast.yaml --to "$TARGET_DATABASE_URL"',
}

/** Half the size that was expected. */
export const suspect: Report = {
  ...good,
  status: 'suspect',
  backup: {
    ...backup,
    rows: 402_112,
    objects: backup.objects.map((object) =>
      object.role === 'dump' ? { ...object, bytes: 47_000_000 } : object,
    ),
  },
  storages: good.storages.map((storage) => ({ ...storage, bytes: 47_004_120 })),
  verdicts: [
    archive,
    {
      ...size,
      status: 'failed',
      checks: [
        {
          name: 'compressed-size',
          status: 'failed',
          detail: '47 MB, 49% smaller than the average of the last 4 (93 MB)',
        },
        { name: 'tables', status: 'passed', detail: '18 tables, as before' },
      ],
    },
  ],
  retention: [],
}

/** One storage of two has it. */
export const partial: Report = {
  ...good,
  status: 'partial',
  storages: [
    {
      name: 'disk',
      plugin: 'local',
      status: 'stored',
      location: `/var/backups/${key}`,
      bytes: 96_004_120,
    },
    {
      name: 's3',
      plugin: 's3',
      status: 'failed',
      location: `s3://wastewise-backups/${key}`,
      bytes: 0,
      error: {
        code: 'STORAGE_PERMISSION',
        message: 'wastewise-backups: Access Denied (403)',
        hint: 'The role needs s3:PutObject on arn:aws:s3:::wastewise-backups/*.',
        stage: 'store',
        plugin: 's3',
      },
    },
  ],
  verdicts: [
    { ...archive, storage: 'disk' },
    { ...size, storage: 'disk' },
  ],
  retention: [],
  warnings: ['The clock of the server is 4 minutes ahead of the clock of this machine.'],
}

export const unreachable = {
  code: 'DATABASE_UNREACHABLE',
  message:
    'pg_dump: error: connection to server at "db.example.com" (10.0.3.7), port 5432 failed: Connection refused\n' +
    '\tIs the server running on that host and accepting TCP/IP connections?',
  hint: 'Try the same address with: psql "$DATABASE_URL" -c "select 1"',
  stage: 'dump',
} as const

const { backup: _backup, restoreCommand: _restore, ...withoutBackup } = good

/** The database was not there. */
export const failed: Report = {
  ...withoutBackup,
  status: 'failed',
  durationMs: 74_000,
  storages: good.storages.map((storage) => ({ ...storage, status: 'skipped', bytes: 0 })),
  verdicts: [],
  retention: [],
  error: unreachable,
}
