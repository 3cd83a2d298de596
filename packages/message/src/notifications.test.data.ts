import type { Notification, NotificationEvent, Report, ReportedBackup, Verdict } from '@holdfast/plugin'

const at = '2026-11-22T03:00:06.200Z'
const startedAt = '2026-11-22T03:00:00.000Z'
const key = 'shop/2026/11/shop_full_20261122_030000.dump.zst'
const dayMs = 86_400_000

const backup: ReportedBackup = {
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

const good: Report = {
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

function daysBefore(days: number): string {
  return new Date(Date.parse(startedAt) - days * dayMs).toISOString()
}

/** Seven older backups, a day apart, and this run's where it made one. */
function sizes(last?: number): Notification['history']['sizes'] {
  const older = [88, 89, 91, 90, 93, 94, 94].map((megabytes, index) => ({
    startedAt: daysBefore(7 - index),
    bytes: megabytes * 1_000_000,
  }))
  return last === undefined ? older : [...older, { startedAt, bytes: last }]
}

const yesterdays = { id: '0a1b2c3d4e5f', name: 'shop_full_20261121_030000', startedAt: daysBefore(1) }
const thisOne = { id: backup.id, name: backup.name, startedAt }

const common = {
  schemaVersion: 1,
  job: 'shop',
  at,
  test: false,
  quietened: 0,
  nextRunAt: '2026-11-29T03:00:00.000Z',
  commands: {
    look: 'holdfast show latest --job shop --config /etc/holdfast.yaml',
    restore: good.restoreCommand!,
  },
} as const

const restoreYesterdays = {
  ...common.commands,
  restore: common.commands.restore.replace(backup.id, yesterdays.id),
}

const unreachable = {
  code: 'DATABASE_UNREACHABLE',
  message:
    'pg_dump: error: connection to server at "db.example.com" (10.0.3.7), port 5432 failed: Connection refused\n' +
    '\tIs the server running on that host and accepting TCP/IP connections?',
  hint: 'Try the same address with: psql "$DATABASE_URL" -c "select 1"',
  stage: 'dump',
} as const

/** What each event looks like when it happens. */
export const notifications: Readonly<Record<NotificationEvent, Notification>> = {
  'backup.started': {
    ...common,
    id: 'b64f3a8e-started',
    event: 'backup.started',
    at: startedAt,
    summary: 'shop: the backup has started',
    history: { lastVerified: yesterdays, sizes: sizes(), failures: 0 },
    commands: { look: common.commands.look },
  },
  'backup.succeeded': {
    ...common,
    id: 'b64f3a8e-succeeded',
    event: 'backup.succeeded',
    summary: 'shop: backed up and verified',
    report: good,
    history: { lastVerified: thisOne, sizes: sizes(96_004_120), failures: 0 },
  },
  'backup.recovered': {
    ...common,
    id: 'b64f3a8e-recovered',
    event: 'backup.recovered',
    summary:
      'shop: backed up and verified again, after 3 runs that were not good (since 2026-11-19 03:00 UTC)',
    report: good,
    history: { lastVerified: thisOne, sizes: sizes(96_004_120), failures: 0, failingSince: daysBefore(3) },
  },
  'backup.suspect': {
    ...common,
    id: 'b64f3a8e-suspect',
    event: 'backup.suspect',
    summary:
      'shop: backed up, but the backup is suspect: size: 47 MB, 49% smaller than the average of the last 4 (93 MB)',
    report: {
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
    },
    error: {
      code: 'VERIFY_SUSPECT',
      message: 'size: 47 MB, 49% smaller than the average of the last 4 (93 MB)',
      hint: 'If the change is expected: holdfast accept 4f1c09a2b3cd. Until then nothing older is deleted.',
      stage: 'verify',
    },
    history: { lastVerified: yesterdays, sizes: sizes(47_004_120), failures: 0 },
  },
  'backup.partial': {
    ...common,
    id: 'b64f3a8e-partial',
    event: 'backup.partial',
    summary: 'shop: backed up, but not in s3',
    report: {
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
    },
    history: { lastVerified: thisOne, sizes: sizes(96_004_120), failures: 0 },
  },
  'backup.failed': {
    ...common,
    id: 'b64f3a8e-failed',
    event: 'backup.failed',
    summary: `shop: no backup was made: ${unreachable.message.slice(0, 120)}…`,
    report: withoutBackup(),
    error: unreachable,
    history: {
      lastVerified: { ...yesterdays, startedAt: daysBefore(3) },
      sizes: sizes(),
      failures: 3,
      failingSince: daysBefore(2),
    },
    commands: restoreYesterdays,
    quietened: 2,
  },
  'verify.failed': {
    ...common,
    id: 'b64f3a8e-verify',
    event: 'verify.failed',
    summary: 'shop: shop_full_20261122_030000 in s3 is damaged',
    error: {
      code: 'VERIFY_FAILED',
      message: 'sha256: 3b1f… is stored, the manifest says aaaaaaaaaaaa…',
      hint: 'Keep it for inspection, and take a new backup: holdfast backup shop',
      stage: 'verify',
      plugin: 'archive',
    },
    history: { lastVerified: yesterdays, sizes: sizes(96_004_120), failures: 0 },
    commands: restoreYesterdays,
  },
  'prune.failed': {
    ...common,
    id: 'b64f3a8e-prune',
    event: 'prune.failed',
    summary: 'shop: old backups could not be deleted: wastewise-backups: Access Denied (403)',
    error: {
      code: 'STORAGE_PERMISSION',
      message: 'wastewise-backups: Access Denied (403)',
      hint: 'The role needs s3:DeleteObject on arn:aws:s3:::wastewise-backups/*.',
      stage: 'retain',
      plugin: 's3',
    },
    history: { lastVerified: yesterdays, sizes: sizes(), failures: 0 },
    commands: { look: 'holdfast prune shop --plan --config /etc/holdfast.yaml' },
  },
  'backup.missed': {
    ...common,
    id: 'b64f3a8e-missed',
    event: 'backup.missed',
    summary: 'shop: no good backup since 2026-11-19 03:00 UTC; one is expected every 36 h',
    history: {
      lastVerified: { ...yesterdays, startedAt: daysBefore(3) },
      sizes: sizes(),
      failures: 0,
    },
    commands: restoreYesterdays,
  },
}

function withoutBackup(): Report {
  const { backup: _backup, restoreCommand: _restore, ...rest } = good
  return {
    ...rest,
    status: 'failed',
    durationMs: 74_000,
    storages: good.storages.map((storage) => ({ ...storage, status: 'skipped', bytes: 0 })),
    verdicts: [],
    retention: [],
    error: unreachable,
  }
}
