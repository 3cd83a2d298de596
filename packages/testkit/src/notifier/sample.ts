import type { Notification, NotificationEvent, Report, ReportedError } from '@holdfast/plugin'

const base = 'shop/2026/11/shop_full_20261122_030000'
const startedAt = '2026-11-22T03:00:00.000Z'
const finishedAt = '2026-11-22T03:06:12.000Z'

const good: Report = {
  schemaVersion: 1,
  command: 'backup',
  status: 'succeeded',
  job: 'shop',
  startedAt,
  finishedAt,
  durationMs: 372_000,
  dryRun: false,
  backup: {
    id: '4f1c09a2b3cd',
    name: 'shop_full_20261122_030000',
    kind: 'full',
    format: 'custom',
    objects: [
      { role: 'dump', key: `${base}.dump.zst`, bytes: 96_000_000, sha256: 'a'.repeat(64) },
      { role: 'sidecar', key: `${base}.dump.zst.sha256`, bytes: 107, sha256: 'b'.repeat(64) },
      { role: 'manifest', key: `${base}.manifest.json`, bytes: 4120, sha256: 'c'.repeat(64) },
    ],
    rawBytes: 412_000_000,
    tables: 18,
    rows: 1_203_441,
  },
  stages: (
    ['preflight', 'snapshot', 'dump', 'transform', 'store', 'record', 'verify', 'retain'] as const
  ).map((name) => ({ name, status: 'passed', durationMs: 1200 })),
  storages: [
    {
      name: 'local',
      plugin: 'local',
      status: 'stored',
      location: `/var/backups/${base}.dump.zst`,
      bytes: 96_004_227,
    },
  ],
  verdicts: [
    {
      verifier: 'archive',
      storage: 'local',
      proves: 'archive',
      status: 'passed',
      checks: [{ name: 'sha256', status: 'passed', detail: 'matches (aaaaaaaaaaaa…)' }],
    },
  ],
  notifications: [],
  retention: [{ storage: 'local', deleted: [], kept: 12, orphans: 0, errors: [] }],
  warnings: [],
  restoreCommand: 'holdfast restore 4f1c09a2b3cd --to "$TARGET_DATABASE_URL"',
}

const { backup: _backup, restoreCommand: _restoreCommand, ...withoutBackup } = good

function failed(error: ReportedError): Report {
  return { ...withoutBackup, status: 'failed', error, storages: [], verdicts: [], retention: [] }
}

const errors = {
  'backup.failed': {
    code: 'DATABASE_DUMP_FAILED',
    message: 'pg_dump was killed by SIGKILL',
    hint: 'Look at the log of the machine for the reason, such as too little memory.',
    stage: 'dump',
  },
  'backup.suspect': {
    code: 'VERIFY_SUSPECT',
    message: 'this backup does not look like the ones before it: rows: 41 % fewer than the average of 4',
    hint: 'It is kept, and nothing older is deleted. If the change is expected: holdfast accept 4f1c09a2b3cd',
    stage: 'verify',
    plugin: 'size',
  },
  'verify.failed': {
    code: 'VERIFY_FAILED',
    message: 'local: sha256: differs from the manifest',
    hint: 'Older backups are kept. Check the storage and take a new backup now.',
    stage: 'verify',
    plugin: 'archive',
  },
  'prune.failed': {
    code: 'STORAGE_PERMISSION',
    message: 'shop_full_20260824_030000 may not be deleted',
    hint: 'Grant s3:DeleteObject.',
    plugin: 's3',
  },
  'backup.missed': {
    code: 'BACKUP_MISSED',
    message: 'the last good backup was made 3 days ago, and one is expected every 36 h',
    hint: 'See whether the job was run at all: its scheduler, then holdfast backup shop.',
  },
} satisfies Partial<Record<NotificationEvent, ReportedError>>

type Told = Pick<Notification, 'summary' | 'report' | 'error'>

const happened: Readonly<Record<NotificationEvent, Told>> = {
  'backup.started': { summary: 'shop: the backup has started' },
  'backup.succeeded': { summary: 'shop: backed up and verified', report: good },
  'backup.recovered': { summary: 'shop: backed up again, after 2 runs that were not good', report: good },
  'backup.suspect': {
    summary: 'shop: backed up, but the backup is suspect',
    report: { ...good, status: 'suspect', error: errors['backup.suspect'] },
    error: errors['backup.suspect'],
  },
  'backup.partial': {
    summary: 'shop: backed up, but not in s3',
    report: {
      ...good,
      status: 'partial',
      storages: [
        ...good.storages,
        { name: 's3', plugin: 's3', status: 'failed', location: 's3://backups/', bytes: 0 },
      ],
    },
  },
  'backup.failed': {
    summary: 'shop: no backup was made: pg_dump was killed by SIGKILL',
    report: failed(errors['backup.failed']),
    error: errors['backup.failed'],
  },
  'verify.failed': {
    summary: 'shop: a stored backup is damaged',
    error: errors['verify.failed'],
  },
  'prune.failed': { summary: 'shop: old backups could not be deleted', error: errors['prune.failed'] },
  'backup.missed': {
    summary: 'shop: no good backup since 2026-11-22 03:00 UTC',
    error: errors['backup.missed'],
  },
}

/** A message about a job called `shop`, as complete as core makes it, for tests of notifiers and their texts. */
export function sampleNotification(
  event: NotificationEvent = 'backup.succeeded',
  changes: Partial<Notification> = {},
): Notification {
  const isFailure = event === 'backup.failed'
  return {
    schemaVersion: 1,
    id: '018f3b1e-6f3c-4c1f-9d55-2f1d2a0f7c11',
    event,
    job: 'shop',
    at: event === 'backup.started' ? startedAt : finishedAt,
    test: false,
    ...happened[event],
    history: {
      lastVerified: isFailure
        ? { id: '9b8c7d6e5f40', name: 'shop_full_20261121_030000', startedAt: '2026-11-21T03:00:00.000Z' }
        : { id: '4f1c09a2b3cd', name: 'shop_full_20261122_030000', startedAt },
      sizes: [90, 92, 94, 93, 96].map((megabytes, index) => ({
        startedAt: `2026-11-${18 + index}T03:00:00.000Z`,
        bytes: megabytes * 1_000_000,
      })),
      failures: isFailure ? 2 : 0,
      ...(isFailure && { failingSince: '2026-11-21T15:00:00.000Z' }),
    },
    nextRunAt: '2026-11-23T03:00:00.000Z',
    commands: {
      look: isFailure ? 'holdfast list shop' : 'holdfast show 4f1c09a2b3cd',
      restore: `holdfast restore ${isFailure ? '9b8c7d6e5f40' : '4f1c09a2b3cd'} --to "$TARGET_DATABASE_URL"`,
    },
    quietened: 0,
    ...changes,
  }
}
